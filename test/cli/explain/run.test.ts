import { afterAll, describe, expect, it } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { createSandbox, makeToken, NOW, SECRET } from '../fixtures.ts'
import { errorCodeOf, runWarder } from '../run-warder.ts'

const sandbox = createSandbox()
const config = `${sandbox.path}/warder.yaml`
afterAll(() => sandbox.remove())

const READ = 'GET https://api.example.com/orders/42'
/** UPDATE_GOLDEN=1 writes the file anew; read the difference before you commit it. */
function golden(name: string, printed: string): string {
  const file = `${import.meta.dir}/golden/${name}`
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, printed.replaceAll(sandbox.path, '.'))
  return readFileSync(file, 'utf8')
}

interface Explanation {
  readonly schema: string
  readonly decision: string
  readonly reason: string
  readonly route: string | null
  readonly policy: string | null
  readonly at: string
  readonly steps: readonly {
    readonly step: string
    readonly result: string
    readonly reason?: string
    readonly source: string | null
  }[]
}

async function explain(
  args: readonly string[],
  stdin?: string,
): Promise<{ readonly code: number; readonly told: Explanation }> {
  const { code, stdout } = await runWarder(
    ['explain', '-c', config, '--json', ...args],
    stdin === undefined ? {} : { stdin },
  )
  return { code, told: JSON.parse(stdout) as Explanation }
}

describe('explain prints the steps of the decision as text', () => {
  const cases = [
    { file: 'allow.txt', claims: {}, code: 0 },
    { file: 'audience-mismatch.txt', claims: { aud: ['account'], scope: 'openid email' }, code: 5 },
    { file: 'token-expired.txt', claims: { exp: NOW - 3600, tenant: 'globex' }, code: 5 },
  ]
  for (const { file, claims, code } of cases) {
    it(`prints ${file}`, async () => {
      const ran = await runWarder(['explain', '-c', config, '--request', READ], { stdin: makeToken(claims) })
      expect(ran.stdout.replaceAll(sandbox.path, '.')).toBe(golden(file, ran.stdout))
      expect(ran.code).toBe(code)
    })
  }

  const others: readonly (readonly [file: string, request: string, token: string | undefined])[] = [
    ['token-malformed.txt', READ, 'not.a.token='],
    ['issuer-unknown.txt', READ, makeToken({ iss: 'https://idp.example.com/' })],
    ['token-missing.txt', READ, undefined],
    ['no-route.txt', 'DELETE https://api.example.com/orders/42', makeToken()],
    ['path-ambiguous.txt', 'GET https://api.example.com/orders/..%2fadmin', makeToken()],
  ]
  for (const [file, request, token] of others) {
    it(`prints ${file}`, async () => {
      const args = [
        'explain',
        '-c',
        config,
        '--request',
        request,
        ...(token === undefined ? ['--no-token'] : []),
      ]
      const ran = await runWarder(args, token === undefined ? {} : { stdin: token })
      expect(ran.stdout.replaceAll(sandbox.path, '.')).toBe(golden(file, ran.stdout))
      expect(ran.code).toBe(5)
    })
  }
})

describe('explain gives the decision of the service', () => {
  const cases: readonly (readonly [string, readonly string[], string | undefined, string, number])[] = [
    ['a good token', ['-r', READ], makeToken(), 'ok', 0],
    ['a public route', ['-r', 'https://x.example.com/healthz', '--no-token'], undefined, 'public', 0],
    [
      'a denied route',
      ['-r', 'https://x.example.com/internal/a', '--no-token'],
      undefined,
      'route_denied',
      5,
    ],
    ['no route', ['-r', 'DELETE https://api.example.com/orders/42'], makeToken(), 'no_route', 5],
    [
      'a path with two readings',
      ['-r', 'GET https://api.example.com/orders/..%2fadmin'],
      makeToken(),
      'path_ambiguous',
      5,
    ],
    ['no token', ['-r', READ, '--no-token'], undefined, 'token_missing', 5],
    ['another secret', ['-r', READ], makeToken({}, `${SECRET}!`), 'signature_invalid', 5],
    [
      'a token in the cookie that the policy reads',
      ['-r', 'GET https://www.example.com'],
      makeToken(),
      'ok',
      0,
    ],
    [
      'a token in the query parameter that the policy reads',
      ['-r', 'GET https://link.example.com/a?b=c'],
      makeToken(),
      'ok',
      0,
    ],
    ['a policy by name', ['--policy', 'browser'], makeToken({ scope: undefined }), 'ok', 0],
    [
      'a second token in a header',
      ['-r', READ, '-H', 'Authorization: Bearer a.b.c'],
      makeToken(),
      'token_multiple',
      5,
    ],
    [
      'a token that is longer than the limit',
      ['-r', READ],
      `eyJh.${'a'.repeat(9000)}.b`,
      'token_too_large',
      5,
    ],
    ['a token with a line break in it', ['-r', READ], 'eyJh\nbGci.a.b', 'token_malformed', 5],
  ]
  for (const [name, args, stdin, reason, code] of cases) {
    it(`reports ${reason} for ${name}`, async () => {
      const { told, ...ran } = await explain(args, stdin)
      expect(told.schema).toBe('warder.explain/v1')
      expect(told.reason).toBe(reason)
      expect(ran.code).toBe(code)
    })
  }

  it('goes on after the first failure and names the line of each', async () => {
    const { told } = await explain(['-r', READ], makeToken({ aud: 'account', scope: 'openid' }))
    const failed = told.steps.filter(({ result }) => result === 'fail' || result === 'would_fail')
    expect(failed).toMatchObject([
      { step: 'audience', result: 'fail', reason: 'audience_mismatch', source: `${config}:5:15` },
      { step: 'scope', result: 'would_fail', reason: 'scope_missing', source: `${config}:9:5` },
    ])
    expect(told).toMatchObject({ cause: 'keycloak.audience_mapper' })
  })

  it('judges as of --at, as a date or as seconds', async () => {
    for (const at of ['2026-11-21T18:09:55Z', String(NOW + 3600)]) {
      const { told } = await explain(['-r', READ, '--at', at], makeToken())
      expect(told).toMatchObject({ reason: 'token_expired', at: '2026-11-21T18:09:55Z' })
    }
  })

  it('judges by any valid token if there are no routes and nothing is asked for', async () => {
    const bare = sandbox.write(
      'bare.yaml',
      `version: 1\nissuers: [{ name: a, issuer: https://idp.example.com, audience: any, keys: { secret: ${SECRET} } }]\n`,
    )
    const { code, stdout } = await runWarder(['explain', '-c', bare, '--json'], { stdin: makeToken() })
    expect([code, (JSON.parse(stdout) as Explanation).policy]).toEqual([0, 'any-valid-token'])
  })

  it('ends with 6, not "denied", if the keys could not be fetched', async () => {
    const remote = sandbox.write(
      'remote.yaml',
      'version: 1\nissuers: [{ name: a, issuer: https://idp.example.com, audience: any, algorithms: [RS256], keys: { jwks_url: "http://127.0.0.1:1/jwks", allow_http: true } }]\n',
    )
    const [, ...rest] = makeToken().split('.')
    const header = Buffer.from('{"alg":"RS256"}').toString('base64url')
    const ran = await runWarder(['explain', '-c', remote, '--json'], { stdin: [header, ...rest].join('.') })
    expect((JSON.parse(ran.stdout) as Explanation).reason).toBe('keys_unavailable')
    expect(ran.code).toBe(6)
  })
})

describe('explain refuses a request that no client could send', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['no request where the routes decide', []],
    ['a request without a host', ['-r', 'GET /orders']],
    ['three words', ['-r', 'GET https://a.example.com/ HTTP/1.1']],
    ['a method that is none', ['-r', 'G(T https://a.example.com/']],
    ['a policy that does not exist', ['-p', 'orders-raed']],
    ['a header without a colon', ['-r', READ, '-H', 'Authorization']],
    ['a time that is none', ['-r', READ, '--at', 'yesterday']],
    ['a time without an offset', ['-r', READ, '--at', '2026-11-21T17:09:55']],
    ['milliseconds', ['-r', READ, '--at', '1795280995000']],
    ['a token beside --no-token', ['-r', READ, '--no-token', '-']],
  ]
  for (const [name, args] of cases) {
    it(`answers ${name} with a usage error`, async () => {
      const ran = await runWarder(['explain', '-c', config, ...args], { stdin: makeToken() })
      expect([ran.code, errorCodeOf(ran), ran.stdout]).toEqual([2, 'ERR_CLI_USAGE', ''])
    })
  }
})
