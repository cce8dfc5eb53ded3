import { describe, expect, it } from 'bun:test'
import { formatDiagnostics } from '../../src/config/format-diagnostics.ts'
import { renderConfig, showConfig } from '../../src/config/show-config.ts'
import { loadGood, loadText } from './load-text.ts'

const CANARY = 'canary-0123456789'
const keys = (text: string): string =>
  `version: 1\nissuers:\n  - issuer: https://idp.example.com\n    audience: api\n    keys: ${text}\n`

const EVERYTHING = keys(`
      ca_file: tls/ca.pem
      client_cert_file: tls/client.pem
      client_key_file: /tls/client.key
      headers: { X-Api-Key: "\${KEY}", X-Cost: "$\${5}" }
      bearer_file: token
      proxy: "http://user:${CANARY}@proxy.example.com:3128"`)
const env = { KEY: CANARY }

describe('the way to the keys', () => {
  it('becomes settings, with files beside the configuration', async () => {
    const { settings } = await loadGood(EVERYTHING, { env })
    expect(settings.issuers[0]?.keys).toMatchObject({
      reach: {
        caFile: '/etc/warder/tls/ca.pem',
        clientCertFile: '/etc/warder/tls/client.pem',
        clientKeyFile: '/tls/client.key',
        headers: { 'X-Api-Key': CANARY, 'X-Cost': '${5}' },
        bearerFile: '/etc/warder/token',
        proxy: `http://user:${CANARY}@proxy.example.com:3128`,
      },
    })
  })

  it('is absent if nothing of it is written, also when it is written as off', async () => {
    for (const text of ['{ refresh: 5m }', '{ deny_private_addresses: false }']) {
      const { settings } = await loadGood(keys(text))
      expect(settings.issuers[0]?.keys).not.toHaveProperty('reach')
    }
  })

  it('needs no `allow_http` to a socket, and is no warning', async () => {
    const { settings, warnings } = await loadGood(
      keys('{ jwks_url: "http://localhost/jwks", unix: /run/idp.sock }'),
    )
    expect(settings.issuers[0]?.keys).toMatchObject({ allowHttp: true, reach: { unix: '/run/idp.sock' } })
    expect(warnings).toEqual([])
  })

  it('can be written down and loaded again', async () => {
    const { settings } = await loadGood(EVERYTHING, { env })
    const text = renderConfig(settings, { secrets: 'plain', defaults: 'omitted' })
    expect((await loadGood(text)).settings).toEqual(settings)
  })

  it('shows no header value and no password of a proxy', async () => {
    const { settings } = await loadGood(EVERYTHING, { env })
    const shown = showConfig(settings)
    expect(shown).not.toContain(CANARY)
    expect(shown).toContain('@proxy.example.com:3128')
  })

  for (const text of [
    `{ headers: { Authorization: "Bearer ${CANARY}" }, foo: 1 }`,
    `{ headers: { X-A: "${CANARY}\\n" } }`,
    `{ headers: "${CANARY}" }`,
    `{ proxy: "ftp://user:${CANARY}@proxy" }`,
    `{ header: { X-A: ${CANARY} } }`,
  ]) {
    it(`quotes no secret in what is wrong with ${text.replace(CANARY, '…')}`, async () => {
      const loaded = await loadText(keys(text))
      if (loaded.ok) throw new Error('loaded')
      expect(formatDiagnostics(loaded.error.diagnostics, loaded.error.source)).not.toContain(CANARY)
    })
  }
})
