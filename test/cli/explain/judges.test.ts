import { afterAll, describe, expect, it } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { runService } from '../../support/run-service.ts'
import { createSandbox, makeToken, SECRET } from '../fixtures.ts'
import { runWarder } from '../run-warder.ts'

const sandbox = createSandbox()
const config = `${sandbox.path}/judges.yaml`
let asked = 0
const service = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: () => {
    asked++
    return new Response()
  },
})
afterAll(async () => {
  sandbox.remove()
  await service.stop(true)
})

writeFileSync(
  config,
  `version: 1
issuers:
  - { issuer: https://idp.example.com, audience: any, keys: { secret: ${JSON.stringify(SECRET)} } }
policies:
  read: { token_sources: [{ cookie: t }], scope: never:given }
  any: { token_sources: [{ cookie: t }] }
routes:
  - name: both
    match: { path: /both/** }
    all_of: [{ policy: read }, { basic_auth: { users: { alice: { password: pw } } } }]
    upstream: app
  - name: two
    match: { path: /two/** }
    all_of: [{ policy: any }, { basic_auth: { users: { alice: { password: pw } } } }]
    upstream: app
  - name: asks
    match: { path: /asks/** }
    forward_auth: { url: "http://127.0.0.1:${service.port}/auth", required_headers: X-Key }
    upstream: app
  - { name: basic, match: {}, upstream: app, basic_auth: { users: { alice: { password: pw } } } }
upstreams: { app: { servers: ["http://127.0.0.1:1"] } }
listen: { gateway: "127.0.0.1:8080", decisions: "127.0.0.1:9180", admin: off }
`,
)
const explain = (...args: readonly string[]) =>
  runWarder(['explain', '-c', config, ...args], { stdin: makeToken() })

const basic = (user: string): readonly string[] => ['-H', `Authorization: Basic ${btoa(user)}`]
const NO_TOKEN = '--no-token'

describe('explain of a route that only the gateway can judge', () => {
  type Row = readonly [what: string, url: string, args: readonly string[], headline: string, more: string]
  const rows: readonly Row[] = [
    ['no password', '/x', [NO_TOKEN], 'DENY 401  credentials_missing   route=basic', '✘ judge'],
    ['a wrong password', '/x', [NO_TOKEN, ...basic('alice:no')], 'DENY 401  credentials_invalid', '✘ judge'],
    ['no user name', '/x', [NO_TOKEN, ...basic('alice')], 'DENY 401  credentials_malformed', '✘ judge'],
    ['the password', '/x', [NO_TOKEN, ...basic('alice:pw')], 'ALLOW 200  ok   route=basic', '✔ judge'],
    [
      'no token for the first of several',
      '/both/x',
      [NO_TOKEN],
      'DENY 401  token_missing   route=both',
      '✘ token',
    ],
    [
      'a token that is not enough for the first',
      '/both/x',
      [],
      'DENY 403  scope_missing   route=both',
      '✘ scope',
    ],
    ['no password for the second', '/two/x', [], 'DENY 401  credentials_missing   route=two', '✔ scope'],
    [
      'an auth service, which is not asked',
      '/asks/x',
      [NO_TOKEN, '-H', 'X-Key: 1'],
      'DENY 403  auth_service_not_asked   route=asks',
      `the gateway would ask http://127.0.0.1:${service.port}/auth`,
    ],
    [
      'a header that the service needs',
      '/asks/x',
      [NO_TOKEN],
      'DENY 403  header_missing   route=asks',
      '`x-key`',
    ],
  ]
  for (const [what, path, args, headline, more] of rows) {
    it(`decides as the gateway would: ${what}`, async () => {
      const { stdout, code } = await explain('-r', `GET http://h${path}`, ...args)
      expect(stdout).toContain(headline)
      expect(stdout).toContain(more)
      expect(stdout).not.toContain('judges_not_asked')
      expect(code).toBe(headline.startsWith('ALLOW') ? 0 : 5)
      expect(asked).toBe(0)
    })
  }

  it('reports it as JSON', async () => {
    const { stdout } = await explain('-r', 'GET http://h/x', NO_TOKEN, '--json')
    const { status, reason, steps } = JSON.parse(stdout)
    expect({ status, reason }).toEqual({ status: 401, reason: 'credentials_missing' })
    expect(steps.map(({ step, result }: { step: string; result: string }) => [step, result])).toContainEqual([
      'judge',
      'fail',
    ])
  })

  it('explains a policy of it by name', async () => {
    const { stdout } = await explain('-r', 'GET http://h/both/x', '--policy', 'read')
    expect(stdout).toContain('scope_missing')
  })

  it('agrees with the gateway', async () => {
    const { service: running } = await runService(
      readFileSync(config, 'utf8').replaceAll(/127\.0\.0\.1:(?:8080|9180)/g, '127.0.0.1:0'),
    )
    const nowSeconds = Math.floor(Date.now() / 1000)
    const fresh = makeToken({ iat: nowSeconds, nbf: nowSeconds, exp: nowSeconds + 600 })
    const port = running.addresses.at(-1)?.split(':').at(-1)
    const ask = async (path: string, headers: Record<string, string>): Promise<string | null> =>
      (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).headers.get('x-decision-reason')
    expect(await ask('/x', {})).toBe('credentials_missing')
    expect(await ask('/x', { authorization: `Basic ${btoa('alice:no')}` })).toBe('credentials_invalid')
    expect(await ask('/both/x', {})).toBe('token_missing')
    expect(await ask('/both/x', { cookie: `t=${fresh}` })).toBe('scope_missing')
    expect(await ask('/two/x', { cookie: `t=${fresh}` })).toBe('credentials_missing')
    expect(await ask('/asks/x', {})).toBe('header_missing')
    await running.stop(0)
  })
})
