/** Attacks through the members of the header: one named group per attack. */
import { describe, expect, it } from 'bun:test'
import { createServer } from 'node:net'
import { createCleanup } from '../support/live/cleanup.ts'
import { listen } from '../support/live/loopback.ts'
import { decideOf, makeGuard, reasonFor } from '../support/make-guard.ts'
import { jwkOf } from '../support/key-sources.ts'
import * as mintery from '../support/tokens.ts'
import { RSA, encode, hmac, mint, mintHeader, rsa } from '../support/tokens.ts'

const decide = decideOf(makeGuard())

describe('attack: the token brings its own key (`jwk`, `x5c`; CVE-2018-0114)', () => {
  const own = mintery.rsaPair()
  const jwk = jwkOf(own.publicKey)
  const x5c = [own.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')]
  const headers = [
    { jwk },
    { jwk: { ...jwk, kid: 'rsa' } },
    { x5c },
    { jwk, x5c },
    { jwk: RSA.publicKey.export({ format: 'jwk' }) },
  ]
  for (const header of headers) {
    for (const kid of ['rsa', undefined, 'own']) {
      it(`refuses a key in ${Object.keys(header).join(' and ')} with kid ${kid ?? 'absent'}`, async () =>
        expect(await reasonFor(decide, mint({ header: { ...header, kid }, signer: rsa(own) }))).toBe(
          kid === 'own' ? 'kid_unknown' : 'signature_invalid',
        ))
    }
  }
})

describe('attack: the token names the place of its key (`jku`, `x5u`)', () => {
  it('never connects to the place that a token names', async () => {
    let connections = 0
    const canary = createServer((socket) => {
      connections++
      socket.destroy()
    })
    const cleanup = createCleanup()
    const port = await listen(canary, cleanup)
    try {
      const url = `http://127.0.0.1:${port}/keys`
      const headers = [
        { jku: url },
        { x5u: url },
        { jku: url, x5u: url, kid: 'unknown' },
        { kid: url },
        { jwk: { kty: 'RSA', x5u: url } },
      ]
      const own = mintery.rsaPair()
      for (const header of headers) {
        expect(await reasonFor(decide, mint({ header, signer: rsa(own) }))).not.toBe('ok')
        // Harmless beside a good signature, and still not followed.
        await reasonFor(decide, mint({ header }))
      }
      expect(await reasonFor(decide, mint({ claims: { iss: url }, header: { jku: url } }))).toBe(
        'issuer_unknown',
      )
      // A connection of our own comes last: had there been others, they would have been seen before it.
      const closed = await fetch(url).catch(() => 'refused')
      expect(closed).toBe('refused')
      expect(connections).toBe(1)
    } finally {
      await cleanup.run()
    }
  })
})

describe('attack: `kid` as a path, a query, a command, a property', () => {
  const printable = [
    '../../../../dev/null',
    '/dev/null',
    "' OR '1'='1",
    "x' UNION SELECT 'secret';--",
    'rsa; rm -rf /',
    '$(id)',
    '`id`',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'rsa ',
    ' rsa',
    'RSA',
    'file:///etc/passwd',
    'http://127.0.0.1/',
    '',
  ]
  for (const kid of printable) {
    it(`finds no key for ${JSON.stringify(kid)}`, async () =>
      expect(await reasonFor(decide, mint({ header: { kid } }))).toBe('kid_unknown'))
  }
  const malformed: readonly (readonly [string, unknown])[] = [
    ['NUL', 'rsa\u0000'],
    ['NUL in the middle', 'rs\u0000a'],
    ['CRLF', 'rsa\r\nSet-Cookie: a=b'],
    ['an escape sequence', '\u001b[31mrsa'],
    ['6 KB', 'a'.repeat(5000)],
    ['257 characters', 'a'.repeat(257)],
    ['a letter outside ASCII', 'rsä'],
    ['a lone surrogate', '\ud800'],
    ['a number', 1],
    ['null', null],
    ['an array', ['rsa']],
    ['an object', { kid: 'rsa' }],
    ['a boolean', true],
  ]
  for (const [name, kid] of malformed) {
    it(`refuses a kid that is ${name} before any lookup`, async () =>
      expect(await reasonFor(decide, mint({ header: { kid } }))).toBe('token_malformed'))
  }
  it('finds no key for a secret by traversal to an empty file', async () =>
    expect(
      await reasonFor(decide, mintery.mintHmac({ header: { kid: '/dev/null' }, signer: hmac('') })),
    ).toBe('signature_invalid'))
})

describe('attack: `crit` and `b64` that a lax reader skips (CVE-2025-59420, RFC 7797 §7)', () => {
  for (const crit of [['exp'], ['b64'], ['x-unknown'], [], null, 0, '', false, true, {}, 'exp', undefined]) {
    if (crit === undefined) continue
    it(`refuses crit ${JSON.stringify(crit)}`, async () =>
      expect(await reasonFor(decide, mint({ header: { crit } }))).toBe('crit_unsupported'))
  }
  for (const b64 of [false, true, null, 0, '']) {
    it(`refuses b64 ${JSON.stringify(b64)}`, async () =>
      expect(await reasonFor(decide, mint({ header: { b64 } }))).toBe('crit_unsupported'))
  }
  it('refuses an unencoded payload', async () => {
    const header = encode('{"alg":"RS256","kid":"rsa","b64":false,"crit":["b64"]}')
    expect(await reasonFor(decide, mintery.signSegments(header, 'plain', rsa()))).toBe('crit_unsupported')
  })
  it('refuses crit whose name is escaped', async () =>
    expect(
      await reasonFor(decide, mintHeader(String.raw`{"alg":"RS256","kid":"rsa","\u0063rit":["x"]}`)),
    ).toBe('crit_unsupported'))
})
