import { afterAll, describe, expect, it } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { createSandbox } from '../fixtures.ts'
import { runWarder } from '../run-warder.ts'

const sandbox = createSandbox()
afterAll(() => sandbox.remove())

const PEM = generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' })
const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47'
const file = sandbox.write(
  'presets.yaml',
  `version: 1
issuers:
  - preset: entra
    tenants: [${TENANT}, ${TENANT.replace('7', '8')}]
    audience: app
  - preset: kubernetes
    audience: api
    keys: { refresh: 5m, headers: { X-Api-Key: 0123456789abcdef } }
  - issuer: https://idp.example.com/{tenant}
    tenants: [acme]
    tenant_claim: org
    audience: api
policies:
  p: { claims: { tenant: acme } }
`,
)

const pemFile = sandbox.write('key.pem', PEM)
/** Not loaded again as it is shown: its secrets are masked. */
const sources = sandbox.write(
  'sources.yaml',
  `version: 1
issuers:
  - issuer: https://secrets.example.com
    audience: api
    keys:
      secret:
        - 0123456789abcdef0123456789abcdef
        - { value: 0123456789abcdef0123456789abcdeg, kid: old }
  - issuer: https://urls.example.com
    audience: api
    keys:
      - jwks_url: [https://urls.example.com/a, https://urls.example.com/b]
        timeout: 2s
      - pem_file: key.pem
`,
)

/** The value and the origin of a setting. */
async function originOf(
  pointer: string,
  of = file,
): Promise<readonly [value: unknown, from: string | undefined]> {
  const { stdout } = await runWarder(['config', 'show', '--origin', '-c', of])
  const line = stdout.split('\n').find((text) => text.startsWith(`${pointer} `))
  const [, value = 'null', from] = line?.split(/\s{2,}/) ?? []
  return [JSON.parse(value), from]
}

const CASES: readonly (readonly [pointer: string, value: unknown, from: string])[] = [
  ['/issuers/0/issuer', `https://login.microsoftonline.com/${TENANT}/v2.0`, 'preset entra'],
  ['/issuers/0/claims/tid/in', [TENANT], 'preset entra'],
  ['/issuers/0/audience', ['app'], `${file}:5:15`],
  ['/issuers/0/leeway', '30s', 'default'],
  ['/issuers/1/audience', ['app'], `${file}:5:15`],
  ['/issuers/2/keys/jwks_url', 'https://kubernetes.default.svc/openid/v1/jwks', 'preset kubernetes'],
  ['/issuers/2/keys/refresh', '5m', `${file}:8:22`],
  ['/issuers/2/keys/headers/X-Api-Key', '********', `${file}:8:48`],
  ['/issuers/2/name', 'kubernetes.default.svc.cluster.local', 'default'],
  ['/issuers/3/issuer', 'https://idp.example.com/acme', `${file}:9:13`],
  ['/issuers/3/claims/org/in', ['acme'], `${file}:11:19`],
  ['/policies/p/claims/tenant/equals', 'acme', `${file}:14:26`],
  ['/realm', 'warder', 'default'],
]

const SOURCES: readonly (readonly [pointer: string, value: unknown, place: string])[] = [
  ['/issuers/0/keys/0/secret', '********', '7:11'],
  ['/issuers/0/keys/1/secret', '********', '8:11'],
  ['/issuers/0/keys/1/kid', 'old', '8:11'],
  ['/issuers/1/keys/1/jwks_url', 'https://urls.example.com/b', '12:48'],
  ['/issuers/1/keys/1/timeout', '2s', '13:18'],
  ['/issuers/1/keys/2/pem_file', [pemFile], '14:19'],
]

describe('config show --origin', () => {
  for (const [pointer, value, place] of SOURCES) {
    it(`shows that ${pointer} of several key sources is from ${place}`, async () => {
      expect(await originOf(pointer, sources)).toEqual([value, `${sources}:${place}`])
    })
  }
  for (const [pointer, value, from] of CASES) {
    it(`shows that ${pointer} is from ${from.replace(sandbox.path, '.')}`, async () => {
      expect(await originOf(pointer)).toEqual([value, from])
    })
  }

  it('prints the same as JSON', async () => {
    const { code, stdout } = await runWarder(['config', 'show', '--origin', '--json', '-c', file])
    const { schema, settings } = JSON.parse(stdout)
    expect([code, schema]).toEqual([0, 'warder.config-origin/v1'])
    expect(settings).toContainEqual({
      pointer: '/issuers/0/algorithms',
      value: ['RS256'],
      origin: { kind: 'preset', preset: 'entra' },
    })
    expect(settings).toContainEqual({
      pointer: '/issuers/2/keys/refresh',
      value: '5m',
      origin: { kind: 'file', file, line: 8, column: 22, length: 2 },
    })
    expect(stdout).not.toContain('0123456789abcdef')
  })

  it('shows a configuration that can be loaded again, without presets and templates', async () => {
    const { stdout } = await runWarder(['config', 'show', '-c', file])
    const again = await runWarder(['check', sandbox.write('again.yaml', stdout)])
    expect([again.code, stdout.includes('preset:'), stdout.includes('{tenant}')]).toEqual([0, false, false])
  })

  it('does not warn of a key set that a preset knows to be elsewhere', async () => {
    expect((await runWarder(['check', file])).stderr).not.toContain('WARN_CONFIG_JWKS_ELSEWHERE')
  })
})
