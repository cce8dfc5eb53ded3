import { describe, expect, it } from 'bun:test'
import { createAdminAccess, type AdminDenial, type AdminAccessSettings } from '../../src/admin/access.ts'
import type { AdminRight } from '../../src/admin/admin-route.ts'
import { createGuessLimit, GUESSES_AT_ONCE } from '../../src/admin/guess-limit.ts'
import type { AdminHead } from '../../src/admin/router.ts'

const READ = 'the-token-that-may-read'
const CHANGE = 'the-token-that-may-change'
const TOKENS: AdminAccessSettings = {
  tokens: [
    { name: 'reader', token: READ, rights: 'read' },
    { name: 'changer', token: CHANGE, rights: 'change' },
  ],
}

const headOf = (authorization: string | null, peer = '192.0.2.1'): AdminHead => ({
  method: 'GET',
  path: '/v1/keys',
  query: undefined,
  bodyBytes: undefined,
  headers: { get: (name) => (name === 'authorization' ? authorization : null) },
  peer,
})

function setUp(settings: AdminAccessSettings, { isLocal = false, hasCertificates = false } = {}) {
  const denials: AdminDenial[] = []
  let now = 0
  const state = { settings }
  const access = createAdminAccess({
    settings: () => state.settings,
    isLocal,
    hasCertificates,
    guesses: createGuessLimit(() => now),
    onDenied: (denial) => denials.push(denial),
  })
  const ask = (authorization: string | null, needed: AdminRight, peer?: string): unknown => {
    const held = access.authorize(headOf(authorization, peer), needed)
    return typeof held === 'string' ? held : held.status
  }
  return { access, ask, denials, state, wait: (ms: number) => void (now += ms) }
}

const NONE: AdminAccessSettings = { tokens: [] }

describe('the rights at the admin listener', () => {
  it('are all of them for everybody on this machine, if there are no tokens', () => {
    const { ask } = setUp(NONE, { isLocal: true })
    expect([ask(null, 'none'), ask(null, 'change'), ask('Bearer x', 'change')]).toEqual([
      'change',
      'change',
      'change',
    ])
  })

  it('are none on the network without tokens, whatever the configuration in force says', () =>
    expect([setUp(NONE).ask(null, 'read'), setUp(NONE).ask(null, 'none')]).toEqual([401, 'none']))

  const CASES: readonly (readonly [authorization: string | null, read: unknown, change: unknown])[] = [
    [null, 401, 401],
    [`Bearer ${READ}`, 'read', 403],
    [`bearer ${READ}`, 'read', 403],
    [`Bearer ${CHANGE}`, 'change', 'change'],
    [`Bearer ${READ}x`, 401, 401],
    [`Bearer ${READ.slice(0, -1)}`, 401, 401],
    [`Bearer ${READ.toUpperCase()}`, 401, 401],
    [`Basic ${READ}`, 401, 401],
    [READ, 401, 401],
    [`Bearer ${READ}, Bearer ${CHANGE}`, 401, 401],
    ['Bearer ', 401, 401],
    ['Bearer', 401, 401],
    ['', 401, 401],
  ]
  for (const isLocal of [true, false])
    for (const [authorization, read, change] of CASES)
      it(`follow from the token ${authorization}${isLocal ? ' on this machine, too' : ''}`, () => {
        const { ask } = setUp(TOKENS, { isLocal })
        expect([ask(authorization, 'read'), ask(authorization, 'change')]).toEqual([read, change])
      })

  it('are not needed for what everybody may see, and a wrong token is no guess there', () => {
    const { ask, denials } = setUp(TOKENS)
    for (let i = 0; i < 100; i++) expect(ask('Bearer wrong', 'none')).toBe('none')
    expect(ask(`Bearer ${READ}`, 'read')).toBe('read')
    expect(denials).toEqual([])
  })

  it('of a certificate are those of the settings, if certificates were asked for', () => {
    const settings: AdminAccessSettings = { tokens: [], clientCertificates: 'read' }
    const { ask } = setUp(settings, { hasCertificates: true })
    expect([ask(null, 'read'), ask(null, 'change')]).toEqual(['read', 403])
    expect(setUp(settings).ask(null, 'read')).toBe(401)
    expect(setUp(NONE, { hasCertificates: true }).ask(null, 'read')).toBe(401)
  })

  it('of a certificate and a token are the greater ones; a wrong token is still wrong', () => {
    const { ask } = setUp({ ...TOKENS, clientCertificates: 'read' }, { hasCertificates: true })
    expect([ask(null, 'read'), ask(`Bearer ${CHANGE}`, 'change'), ask('Bearer wrong', 'read')]).toEqual([
      'read',
      'change',
      401,
    ])
    const all = setUp({ ...TOKENS, clientCertificates: 'change' }, { hasCertificates: true })
    expect(all.ask(`Bearer ${READ}`, 'change')).toBe('change')
  })

  it('follow the settings in force, for answers that go on as well', () => {
    const { access, ask, state } = setUp(TOKENS)
    const head = headOf(`Bearer ${READ}`)
    expect(access.stillHolds(head, 'read')).toBe(true)
    state.settings = { tokens: [{ name: 'reader', token: 'another-token-of-it', rights: 'read' }] }
    expect([ask(`Bearer ${READ}`, 'read'), access.stillHolds(head, 'read')]).toEqual([401, false])
    state.settings = NONE
    expect(access.stillHolds(head, 'read')).toBe(false)
  })

  it('are challenged for, and refused by name', () => {
    const { access } = setUp(TOKENS)
    expect(access.authorize(headOf(null), 'read')).toMatchObject({
      headers: { 'www-authenticate': 'Bearer realm="warder admin"' },
    })
    const refused = access.authorize(headOf(`Bearer ${READ}`), 'change')
    expect(refused).toMatchObject({
      headers: { 'www-authenticate': 'Bearer realm="warder admin", error="insufficient_scope"' },
    })
    expect(JSON.stringify(refused)).toContain('the right `change`')
    for (const answer of [refused, access.authorize(headOf('Bearer secret-guess'), 'read')]) {
      expect(JSON.stringify(answer)).not.toContain(READ)
      expect(JSON.stringify(answer)).not.toContain('secret-guess')
    }
  })

  it('are logged when they are refused, with the client and never the token', () => {
    const { ask, denials } = setUp(TOKENS)
    ask(null, 'read')
    ask('Bearer secret-guess', 'read')
    ask(`Bearer ${READ}`, 'change')
    expect(denials.map(({ why, client, token }) => [why, client, token])).toEqual([
      ['token_missing', '192.0.2.1', undefined],
      ['token_wrong', '192.0.2.1', undefined],
      ['right_missing', '192.0.2.1', 'reader'],
    ])
    expect(JSON.stringify(denials)).not.toContain('secret-guess')
  })
})

describe('a flood of guesses', () => {
  const guess = (ask: (authorization: string, needed: AdminRight, peer?: string) => unknown, peer: string) =>
    Array.from({ length: GUESSES_AT_ONCE }, (_, i) => ask(`Bearer guess-${i}`, 'read', peer))

  it('is cut off, and then even the right token is not looked at', () => {
    const { ask, wait } = setUp(TOKENS)
    expect(guess(ask, '192.0.2.1')).not.toContain(429)
    expect(ask('Bearer guess', 'read')).toBe(429)
    expect(ask(`Bearer ${READ}`, 'read')).toBe(429)
    wait(1_000)
    expect(ask(`Bearer ${READ}`, 'read')).toBe('read')
    expect(ask('Bearer guess', 'read')).toBe(401)
    expect(ask('Bearer guess', 'read')).toBe(429)
  })

  it('keeps nobody else out', () => {
    const { ask } = setUp(TOKENS)
    guess(ask, '192.0.2.1')
    expect(ask(`Bearer ${READ}`, 'read', '192.0.2.2')).toBe('read')
    expect(ask(`Bearer ${READ}`, 'read', '::ffff:192.0.2.2')).toBe('read')
    expect(ask(`Bearer ${READ}`, 'read', '::ffff:192.0.2.1')).toBe(429)
    guess(ask, '2001:db8::1')
    expect(ask(`Bearer ${READ}`, 'read', '2001:db8::2')).toBe(429)
    expect(ask(`Bearer ${READ}`, 'read', '2001:db8:0:1::1')).toBe('read')
  })

  it('from many addresses fills no memory', () => {
    const { ask } = setUp(TOKENS)
    guess(ask, 'first')
    for (let i = 0; i < 10_000; i++) ask('Bearer guess', 'read', `10.0.${i >> 8}.${i & 255}`)
    expect(ask(`Bearer ${READ}`, 'read', 'first')).toBe('read')
  })
})
