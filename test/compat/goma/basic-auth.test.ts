import { afterEach, describe, expect, it } from 'bun:test'
import { convertConfig } from '../../../src/compat/convert.ts'
import { formatDiagnostics } from '../../../src/config/format-diagnostics.ts'
import { showConfig } from '../../../src/config/show-config.ts'
import { loadBad, loadGood } from '../../config/load-text.ts'
import { answerText } from '../../support/forward-auth.ts'
import { basic } from '../../support/judges.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { ask } from '../../support/live/raw-client.ts'
import { runGateway, startRawUpstream } from '../../support/run-gateway.ts'
import { goma, localJwt } from './goma-config.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const HASH = '$2y$04$49coLEb/lMlBPRvThp02Xeg1SFyChI5bURVNj59xW3P3MRGkcmyVS'
const SHA = '{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE='
const middleware = (rule: string, type = 'basicAuth', paths = '[/*]'): string =>
  `middlewares:\n  - { name: b, type: ${type}, paths: ${paths}, rule: { ${rule} } }\n`
const withBasic = (rule: string, type?: string): string => goma('middlewares: [b]', middleware(rule, type))

const load = (text: string) => loadGood(text, {}, 'goma.yml')

describe("Goma's basic authentication", () => {
  const RULES: readonly (readonly [what: string, type: string, rule: string, users: unknown])[] = [
    [
      'one user',
      'basic',
      'username: admin, password: pw',
      [{ name: 'admin', secret: { kind: 'plain', text: 'pw' } }],
    ],
    [
      'a hash as the password',
      'basic',
      `username: admin, password: "${HASH}"`,
      [{ name: 'admin', secret: { kind: 'bcrypt', text: HASH } }],
    ],
    [
      'maps',
      'basicAuth',
      `users: [{ username: a, password: "${HASH}" }, { username: b, password: p w }]`,
      [
        { name: 'a', secret: { kind: 'bcrypt', text: HASH } },
        { name: 'b', secret: { kind: 'plain', text: 'p w' } },
      ],
    ],
    [
      'texts',
      'basic',
      `users: ["a:${HASH}", "b:p:w", "c:${SHA}"]`,
      [
        { name: 'a', secret: { kind: 'bcrypt', text: HASH } },
        { name: 'b', secret: { kind: 'plain', text: 'p:w' } },
        { name: 'c', secret: { kind: 'sha1', text: SHA } },
      ],
    ],
    [
      'a text that looks like the beginning of a reference',
      'BASICAUTH',
      'users: ["a:${HO ME}"]',
      [{ name: 'a', secret: { kind: 'plain', text: '${HO ME}' } }],
    ],
  ]
  for (const [what, type, rule, users] of RULES) {
    it(`is basic_auth, with ${what}, and so is what it is converted to`, async () => {
      const { settings } = await load(withBasic(rule, type))
      expect(settings.routes[0]?.access).toEqual({
        kind: 'basic_auth',
        basicAuth: { users, realm: 'Restricted', forwardCredentials: true } as never,
      })
      const converted = convertConfig(await load(withBasic(rule, type)))
      expect((await loadGood(converted)).settings).toEqual(settings)
      expect(showConfig(settings)).not.toMatch(/pw|p w|p:w|\$2y|SHA|HO ME/)
    })
  }

  it('has a realm, and the header `username`', async () => {
    const { settings } = await load(withBasic('realm: Orders, forwardUsername: true, users: ["a:pw"]'))
    expect(settings.routes[0]?.access).toMatchObject({
      basicAuth: { realm: 'Orders', userHeader: 'username' },
    })
  })

  it('warns of a weak hash at its place', async () => {
    const { warnings } = await load(withBasic(`users: ["a:pw", "c:${SHA}"]`))
    const [weak] = warnings.filter(({ code }) => code === 'WARN_CONFIG_PASSWORD_HASH')
    expect(weak?.pointer).toBe('/middlewares/0/rule/users/1')
  })

  const BROKEN: readonly (readonly [what: string, rule: string, code: string])[] = [
    ['nobody', 'realm: x', 'ERR_CONFIG_EXACTLY_ONE'],
    ['an empty list', 'users: []', 'ERR_CONFIG_EXACTLY_ONE'],
    ['a name alone', 'username: admin', 'ERR_CONFIG_EXACTLY_ONE'],
    ['an empty password', 'username: admin, password: ""', 'ERR_CONFIG_EXACTLY_ONE'],
    ['both forms', 'username: a, password: CANARY, users: ["b:CANARY"]', 'ERR_CONFIG_EXACTLY_ONE'],
    ['a text without a colon', 'users: [CANARY]', 'ERR_CONFIG_VALUE'],
    ['a text without a password', 'users: ["a:"]', 'ERR_CONFIG_VALUE'],
    ['an unknown key', 'username: a, password: CANARY, ttl: 5', 'ERR_CONFIG_UNKNOWN_KEY'],
    ['a hash that is broken', 'users: ["a:$2y$04$CANARY"]', 'ERR_CONFIG_PASSWORD_HASH'],
    ['a name that no browser can send', 'username: "a:b", password: CANARY', 'ERR_CONFIG_NAME'],
  ]
  for (const [what, rule, code] of BROKEN) {
    it(`with ${what} is ${code} in its line, and shows no password`, async () => {
      const { diagnostics, source } = await loadBad(withBasic(rule), {}, 'goma.yml')
      const errors = diagnostics.filter(({ severity }) => severity === 'error')
      expect(errors.map((error) => [error.code as string, error.position?.line])).toEqual([[code, 10]])
      expect(formatDiagnostics(diagnostics, source)).not.toContain('CANARY')
    })
  }
})

describe('several judges of one path of Goma', () => {
  const auth = (name: string, url: string): string =>
    `  - { name: ${name}, type: jwt, paths: [/x], rule: { url: "${url}", headers: { zone: X-Zone } } }\n`

  it('are all_of in the written order, defaults first; elsewhere one judges', async () => {
    const text = goma(
      'middlewares: [s, b, t]',
      `middlewares:
${auth('t', 'http://t/').replace('X-Zone', 'X-Other')}${auth('s', 'http://s/')}  - { name: b, type: basic, paths: [/*], rule: { username: a, password: pw } }\n`,
      'defaults: { middlewares: [b] }',
    )
    const { settings } = await load(text)
    const kinds = settings.routes.map(({ path: paths, access }) => [
      paths,
      access.kind === 'all_of' ? access.judges.map(({ kind }) => kind) : access.kind,
    ])
    expect(kinds).toEqual([
      [['/api/x/**'], ['basic_auth', 'forward_auth', 'forward_auth']],
      [['/api/**'], 'basic_auth'],
    ])
    const converted = convertConfig(await load(text))
    expect((await loadGood(converted)).settings).toEqual(settings)
  })

  it('that are several services or tokens are asked in turn, and a token and a password are refused', async () => {
    const judges = localJwt('j', '[/x]') + auth('s', 'http://s/')
    const { settings } = await load(goma('middlewares: [s, j]', judges))
    expect(settings.routes[0]?.access).toMatchObject({
      judges: [{ kind: 'forward_auth' }, { kind: 'policy', policy: 'j' }],
    })
    const user = '  - { name: b, type: basic, paths: [/*], rule: { username: a, password: pw } }\n'
    const { diagnostics } = await loadBad(goma('middlewares: [b, j]', judges + user), {}, 'goma.yml')
    const errors = diagnostics.filter(({ severity }) => severity === 'error')
    expect(errors.map(({ code, position }) => [code as string, position?.line])).toEqual([
      ['ERR_CONFIG_EXACTLY_ONE', 15],
    ])
  })

  it('that set one header are refused, at the second of them', async () => {
    const text = goma(
      'middlewares: [s, t]',
      `middlewares:\n${auth('s', 'http://s/')}${auth('t', 'http://t/')}`,
    )
    const { diagnostics } = await loadBad(text, {}, 'goma.yml')
    const errors = diagnostics.filter(({ severity }) => severity === 'error')
    expect(errors.map(({ code, position }) => [code as string, position?.line])).toEqual([
      ['ERR_CONFIG_DUPLICATE_NAME', 11],
    ])
  })

  it('judge as Goma does: name and password, then the service, then the application knows who it is', async () => {
    const app = await startRawUpstream(cleanup)
    const service = await startRawUpstream(
      cleanup,
      (_, socket) => void socket.write(answerText(200, ['zone: z'])),
    )
    const text = `gateway:
  entryPoints: { web: { address: "127.0.0.1:0" } }
  routes:
    - { name: api, path: /api, destination: "${app.url}", middlewares: [b, s] }
middlewares:
  - { name: b, type: basicAuth, paths: [/*], rule: { forwardUsername: true, users: ["alice:${HASH}"] } }
${auth('s', `${service.url}/`)}`
    const converted = convertConfig(await load(text)).replace(
      /^listen: \{ /m,
      'listen: { decisions: 127.0.0.1:0, admin: off, ',
    )
    const { port } = await runGateway(converted, cleanup)
    const without = await ask(port, { target: '/api/x', headers: [['username', 'alice']] })
    expect([without.status, without.values('x-decision-reason')]).toEqual([401, ['credentials_missing']])
    expect(service.received).toEqual([])
    const headers = [basic('alice', 'pw'), ['Username', 'eve'] as const]
    expect((await ask(port, { target: '/api/x', headers })).status).toBe(200)
    const [request] = app.received
    expect([request?.values('username'), request?.values('x-zone')]).toEqual([['alice'], ['z']])
    expect(request?.values('authorization')).toEqual([basic('alice', 'pw')[1]])
  })
})
