import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { createTestIssuer } from '../../../src/testing/test-issuer.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { listen } from '../../support/live/loopback.ts'
import { createSandbox } from '../fixtures.ts'
import { NOW_MS, runWarder, type Ran } from '../run-warder.ts'

const cleanup = createCleanup()
const sandbox = createSandbox()
cleanup.add(() => sandbox.remove())
const weak = {
  ...generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' }),
  kid: 'weak',
  alg: 'RS256',
  use: 'sig',
}
const leaked = {
  ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
  kid: 'leaked',
  use: 'enc',
}
const encryption = { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'for-encryption', use: 'enc', alg: 'RSA-OAEP' }

let base = ''
let clock = new Date(NOW_MS)

/** One issuer per path, each with a fault of its own. */
function answer(path: string): { readonly status?: number; readonly body: unknown } {
  const [, name = '', ...rest] = path.split('/')
  const issuer = `${base}/${name}`
  const { metadata, jwks } = createTestIssuer(issuer)
  if (rest.join('/') === '.well-known/openid-configuration') {
    if (name === 'slash') return { body: { ...metadata, issuer: `${issuer}/` } }
    if (name === 'case') return { body: { ...metadata, issuer: issuer.replace('case', 'Case') } }
    if (name === 'html') return { body: '<html>log in</html>' }
    if (name === 'far')
      return {
        body: { ...metadata, jwks_uri: metadata['jwks_uri']?.toString().replace('127.0.0.1', 'localhost') },
      }
    if (name === 'down') return { status: 503, body: '' }
    return { body: metadata }
  }
  if (rest.join('/') !== 'jwks') return { status: 404, body: '' }
  if (name === 'weak-only') return { body: { keys: [weak] } }
  if (name === 'weak') return { body: { keys: [...jwks().keys, weak, leaked, encryption] } }
  if (name === 'others') return { body: { keys: [...jwks().keys, encryption] } }
  if (name === 'empty') return { body: { keys: [] } }
  return { body: jwks() }
}

const server = createServer((request, response) => {
  const { status = 200, body } = answer(request.url ?? '')
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { date: clock.toUTCString(), 'content-type': 'application/json' }).end(text)
})

beforeAll(async () => {
  base = `http://127.0.0.1:${await listen(server, cleanup)}`
})
afterAll(() => cleanup.run())

function check(issuers: readonly string[], ...flags: readonly string[]): Promise<Ran> {
  const entries = issuers.map(
    (name) => `  - { name: ${name}, issuer: "${base}/${name}", audience: api, keys: { allow_http: true } }\n`,
  )
  const file = sandbox.write('online.yaml', `version: 1\nissuers:\n${entries.join('')}`)
  return runWarder(['check', file, '--online', ...flags])
}

const codesOf = ({ stderr }: Ran): readonly string[] =>
  [...stderr.matchAll(/^(?:error|warning)\[(\w+)\]/gm)]
    .map(([, code = '']) => code)
    .filter((code) => code !== 'WARN_CONFIG_HTTP')

const CASES: readonly (readonly [name: string, exitCode: number, codes: readonly string[], says: string])[] =
  [
    ['good', 0, [], '1 usable'],
    ['slash', 3, ['ERR_KEYS_ISSUER_MISMATCH'], '^ trailing slash'],
    ['case', 3, ['ERR_KEYS_ISSUER_MISMATCH'], '^ letter case'],
    ['html', 6, ['ERR_KEYS_ANSWER_INVALID'], 'openid-configuration'],
    ['down', 6, ['ERR_KEYS_UNREACHABLE'], '503'],
    ['weak-only', 3, ['ERR_KEYS_NONE_USABLE'], '1024 bits'],
    ['weak', 0, ['WARN_KEYS_REFUSED'], 'private member'],
    ['others', 0, [], '1 usable, 1 ignored'],
    ['empty', 6, ['ERR_KEYS_ANSWER_INVALID'], 'empty'],
    ['far', 0, [], '(another host)'],
  ]

describe('check --online', () => {
  for (const [name, exitCode, codes, says] of CASES) {
    it(`ends with ${exitCode} and ${codes.join() || 'no code'} for the issuer "${name}"`, async () => {
      const ran = await check([name])
      expect([ran.code, codesOf(ran)]).toEqual([exitCode, codes])
      expect(ran.stdout + ran.stderr).toContain(says)
    })
  }

  it('shows the two issuers one above the other, at the place in the file', async () => {
    const { stderr } = await check(['slash'])
    const lines = stderr.split('\n')
    const [configured = '', announced = '', caret = ''] = lines.slice(
      lines.findIndex((line) => line.includes('configured  ')),
    )
    expect(stderr).toContain('online.yaml:3:28')
    expect(announced.indexOf(`${base}/slash/`)).toBe(configured.indexOf(`${base}/slash`))
    expect(announced[caret.indexOf('^')]).toBe('/')
  })

  it('names an issuer that refuses connections, and ends with 6', async () => {
    const file = sandbox.write(
      'refused.yaml',
      'version: 1\nissuers: [{ issuer: "http://127.0.0.1:1", audience: a, keys: { allow_http: true } }]\n',
    )
    const ran = await runWarder(['check', file, '--online'])
    expect([ran.code, codesOf(ran)]).toEqual([6, ['ERR_KEYS_UNREACHABLE']])
  })

  it('asks all issuers, and a contradiction decides the exit code', async () => {
    const ran = await check(['good', 'down', 'slash'])
    expect(ran.code).toBe(3)
    expect(codesOf(ran).toSorted()).toEqual(['ERR_KEYS_ISSUER_MISMATCH', 'ERR_KEYS_UNREACHABLE'])
    expect(
      ran.stdout
        .split('\n')
        .slice(1, 4)
        .map((line) => line.split(/\s+/).slice(0, 2)),
    ).toEqual([
      ['good', 'ok'],
      ['down', 'unreachable'],
      ['slash', 'issuer_mismatch'],
    ])
  })

  for (const [seconds, codes] of [
    [-6, ['WARN_KEYS_CLOCK']],
    [-5, []],
    [0, []],
    [5, []],
    [6, ['WARN_KEYS_CLOCK']],
  ] as const) {
    it(`reports ${codes.join() || 'nothing'} for a clock that is ${seconds} s off`, async () => {
      clock = new Date(NOW_MS + seconds * 1_000)
      const ran = await check(['good'])
      clock = new Date(NOW_MS)
      expect([ran.code, codesOf(ran)]).toEqual([0, codes as readonly string[]])
    })
  }

  it('asks no issuer whose keys are at hand', async () => {
    const ran = await runWarder(['check', `${sandbox.path}/warder.yaml`, '--online'])
    expect([ran.code, ran.stdout.includes('RESULT'), ran.stderr.includes('KEYS_')]).toEqual([0, false, false])
  })

  it('fails on warnings with --strict', async () => {
    expect((await check(['weak'], '--strict')).code).toBe(3)
  })

  it('reports the same as JSON', async () => {
    const { stdout, code } = await check(['weak'], '--json')
    const { schema, ok, online } = JSON.parse(stdout)
    expect([code, schema, ok]).toEqual([0, 'warder.check/v1', true])
    expect(online).toEqual([
      expect.objectContaining({
        name: 'weak',
        ok: true,
        source: 'discovery',
        jwks: { url: `${base}/weak/jwks`, ms: 0, elsewhere: false },
        keys: [expect.objectContaining({ kid: 'test-1', algorithms: ['ES256'] })],
        refused: [
          expect.objectContaining({ kid: 'weak', forOthers: false }),
          expect.objectContaining({ kid: 'leaked', forOthers: false }),
          expect.objectContaining({ kid: 'for-encryption', forOthers: true }),
        ],
        clockOffsetSeconds: expect.any(Number),
        fault: null,
      }),
    ])
  })
})
