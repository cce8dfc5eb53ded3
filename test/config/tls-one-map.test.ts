import { expect, it } from 'bun:test'
import { loadBad, loadGood } from './load-text.ts'

const config = (tls: string): string => `version: 1
routes: [{ match: {}, access: public, upstream: app }]
upstreams: { app: { servers: ["http://10.0.0.5:8000"] } }
listen: { gateway: { address: ":8443", tls: ${tls} } }
`

it('takes one certificate as a map, and means the same as a list of it', async () => {
  const map = await loadGood(config('{ cert_file: a.pem, key_file: a.key }'))
  const list = await loadGood(config('[{ cert_file: a.pem, key_file: a.key }]'))
  expect(map.settings).toEqual(list.settings)
})

it('names the key that a single map lacks', async () => {
  const { diagnostics } = await loadBad(config('{ cert_file: a.pem }'))
  expect(diagnostics.map(({ code }) => code)).toContain('ERR_CONFIG_MISSING_KEY')
})
