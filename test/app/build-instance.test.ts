import { describe, expect, it } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { QUIET_LOOKS, watchFiles } from '../../src/config/watch-files.ts'
import { loadInstanceText } from '../../src/app/load-instance.ts'
import { buildInstance, type Instance } from '../../src/app/build-instance.ts'
import { systemKeyDeps } from '../../src/app/system.ts'
import { CONFIG, loadOrThrow } from '../support/run-service.ts'

const REMOTE = `version: 1
issuers: [{ name: a, issuer: "https://a.example", audience: x, keys: { jwks_url: "https://a.example/jwks" } }]
listen: { decisions: 127.0.0.1:0, admin: off }
`
const deps = { ...systemKeyDeps, fetch: () => Promise.reject(new Error('closed')) }
const sourceOf = (instance: Instance): unknown => instance.guard.issuers[0]?.keys

describe('buildInstance()', () => {
  it('names the issuer with an unreadable key file, and the place in the configuration', async () => {
    const text = CONFIG.replace(
      `{ secret: "a secret of the tests, 32 bytes!" }`,
      '{ pem_file: /nowhere/key.pem }',
    )
    const loaded = await loadInstanceText(text, 'warder.yaml', systemKeyDeps)
    expect(loaded.ok).toBe(false)
    if (loaded.ok) return
    expect(loaded.error.diagnostics).toEqual([
      expect.objectContaining({ code: 'ERR_KEYS_FILE_UNREADABLE', severity: 'error' }),
    ])
    expect(loaded.error.diagnostics[0]?.position?.line).toBe(3)
  })

  const BAD_TLS = '{ address: ":0", tls: [{ cert_file: a.pem, key_file: a.key }] }'
  for (const [listeners, column] of [
    [BAD_TLS, 34],
    [`[":1", ${BAD_TLS}]`, 41],
  ] as const) {
    it(`names the place of a certificate that cannot be used: ${listeners}`, async () => {
      const text = `version: 1
routes: [{ match: {}, access: public, upstream: app }]
upstreams: { app: { servers: ["http://127.0.0.1:1"] } }
listen:
  gateway: ${listeners}
`
      const loaded = await loadInstanceText(text, 'warder.yaml', systemKeyDeps)
      const found = loaded.ok ? [] : loaded.error.diagnostics
      expect(found.map(({ code, position }) => [code as string, position?.line, position?.column])).toEqual([
        ['ERR_GATEWAY_CERTIFICATE', 5, column],
      ])
    })
  }

  it('warns of a private key in a JWK set file, and does not use it', async () => {
    const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const good = { ...pair().publicKey.export({ format: 'jwk' }), kid: 'good' }
    const bad = { ...pair().privateKey.export({ format: 'jwk' }), kid: 'bad' }
    const set = new TextEncoder().encode(JSON.stringify({ keys: [good, bad] }))
    const readFileSync = (): Uint8Array => set
    const text = CONFIG.replace(`{ secret: "a secret of the tests, 32 bytes!" }`, '{ jwks_file: /keys.json }')
    const loaded = await loadInstanceText(text, 'warder.yaml', { ...systemKeyDeps, readFileSync })
    if (!loaded.ok) throw new Error(loaded.error.diagnostics[0]?.message)
    const warning = loaded.value.warnings.find(({ code }) => code === 'WARN_KEYS_REFUSED')
    expect([warning?.position?.line, warning?.hints.join(' ')]).toEqual([3, expect.stringContaining('"bad"')])
    expect(loaded.value.guard.issuers[0]?.keys.status().keys.map(({ kid }) => kid)).toEqual(['good'])
    loaded.value.close()
  })

  it('warns of a route that can never match, with the line of the one before it', async () => {
    const late = '  - { name: late, match: { path: /orders/1, method: GET }, policy: write }\n'
    const instance = await loadOrThrow(CONFIG.replace('listen:', `${late}listen:`))
    const warning = instance.warnings.find(({ code }) => code === 'WARN_POLICY_ROUTE_UNREACHABLE')
    expect(warning?.position?.line).toBe(11)
    expect(warning?.hints.join(' ')).toContain('line 9')
    instance.close()
  })

  it('warns of a route that an earlier one takes in another letter case', async () => {
    const late = '  - { name: late, match: { path: /Orders/1, method: GET }, policy: write }\n'
    const instance = await loadOrThrow(CONFIG.replace('listen:', `${late}listen:`))
    const warning = instance.warnings.find(({ code }) => code === 'WARN_POLICY_ROUTE_LETTER_CASE')
    expect(warning?.position?.line).toBe(11)
    expect(warning?.hints.join(' ')).toContain('line 9')
    instance.close()
  })

  it('knows what it has read, so that a PEM file replaced right afterwards counts as changed', async () => {
    const pem = (): string =>
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' })
    let content = pem()
    const read = (): Uint8Array => Buffer.from(content)
    const text = REMOTE.replace('jwks_url: "https://a.example/jwks"', 'pem_file: /keys/key.pem')
    const loaded = await loadInstanceText(text, '/keys/warder.yaml', { ...systemKeyDeps, readFileSync: read })
    if (!loaded.ok) throw new Error('not loaded')
    content = pem()
    const changed: string[] = []
    let look = async (): Promise<void> => undefined
    const watch = watchFiles(
      { files: ['/keys/key.pem'], fileHashes: loaded.value.fileHashes, directories: new Map() },
      {
        listFiles: () => [],
        readFile: read,
        stampOf: () => '',
        onRestless: () => undefined,
        onChange: (files) => void changed.push(...files),
        onMissing: () => undefined,
        every: (_, onTick) => {
          look = onTick
          return () => undefined
        },
      },
    )
    for (let i = 0; i <= QUIET_LOOKS; i++) await look()
    watch.stop()
    expect(changed).toEqual(['/keys/key.pem'])
    loaded.value.close()
  })

  it('hands remote key sources on to the next instance, so that a reload forgets no keys', async () => {
    const first = await loadInstanceText(REMOTE, 'warder.yaml', deps)
    if (!first.ok) throw new Error('not loaded')
    const same = buildInstance(first.value.config, { ...deps, previous: first.value })
    const other = await loadInstanceText(REMOTE.replace('/jwks"', '/keys"'), 'warder.yaml', {
      ...deps,
      previous: first.value,
    })
    if (!same.ok || !other.ok) throw new Error('not loaded')
    expect(sourceOf(same.value)).toBe(sourceOf(first.value))
    expect(sourceOf(other.value)).not.toBe(sourceOf(first.value))
    for (const instance of [first.value, same.value, other.value]) instance.close()
  })
})
