import { describe, expect, it } from 'bun:test'
import { renderConfig, showConfig } from '../../src/config/show-config.ts'
import { ISSUER, loadBad, loadGood } from './load-text.ts'

const SECRET = 'x$${y}z-0123456789abcdef-0123456789'

const TEXT = `version: 1
issuers:
  - { issuer: https://a.example, audience: [any, b], max_age: 90s, typ: at+jwt, keys: { refresh: 90s } }
  - { name: s, issuer: s, audience: any, keys: { secret: "${SECRET}", kid: k } }
  - { name: h, issuer: h, audience: a, keys: { secret: "${'ff'.repeat(32)}", encoding: hex } }
  - { name: p, issuer: p, audience: a, keys: { pem_file: [a.pem] }, leeway: 500ms, claims: { "https://c.example/a\\\\b": [a, "$\${x}"], typ: at, sub: { in: [x], starts_with: "x$\${y" } } }
  - { name: j, issuer: j, audience: a, keys: { jwks_file: j.json } }
  - { name: u, issuer: u, audience: a, keys: { jwks_url: "https://u.example/k" } }
  - { name: t, issuer: t, audience: a, keys: { pem: "-----BEGIN PUBLIC KEY-----\\n$\${x}" } }
  - { name: ts, issuer: ts, audience: a, keys: { pem: [a, b] } }
  - { name: m, issuer: m, audience: a, keys: { jwks: { keys: [{ kty: OKP, kid: "$\${k}" }] }, key_use: jwt-svid } }
  - { name: n, issuer: n, audience: a, keys: { jwks: '{ "keys": [] }' } }
  - { name: l, issuer: l, audience: a, keys: { secret: ["$\${x}0123456789abcdef0123456789abcd", { value: "${'ff'.repeat(32)}", kid: k, encoding: hex }] } }
  - { name: g, preset: google, audience: a, scope_claims: [permissions, "$\${x}"] }
  - { name: w, issuer: "https://w.example", audience: a, keys: { metadata_url: "https://m.example/x", bearer_file: t, send_credentials_to: ["10.0.0.1:6443", K.example] } }
  - { name: e, preset: entra, tenants: any, audience: a }
  - { name: o, issuer: o, audience: a, keys: { jwks_file: o.json, allow_symmetric: true } }
  - { name: v, issuer: "https://v.example", audience: a, keys: [{}, { jwks_url: ["https://v.example/a", "https://v.example/b"], startup: snapshot }, { pem_file: p.pem }] }
state_dir: state
token_sources:
  - { header: Authorization, trim_prefix: "" }
  - { header: X-A, scheme: Token }
  - { header: X-B, trim_prefix: "T " }
  - { header: X-C }
  - { cookie: c }
  - { websocket_protocol: access_token }
  - { websocket_protocol: k8s.io., encoding: base64url }
policies:
  p:
    issuers: [s, h]
    token_sources: [{ query: q }]
    scope: a b
    scope_any: c
    claims: { a: "\${HOME}", b.c: { in: [1, "$\${x}"] }, d: { contains: e, exists: true }, f: { not_equals: "$\${x}", starts_with: "a$\${ ", has_word: [v, w] }, g: { not_in: [1, x], matches: "a.$\${x}" }, h: { contains_any: [true, "$\${x}"] } }
    identity: { X-A: a, X-B: { claim: b, arrays: json } }
routes:
  - { match: { host: a.example, path: /a, method: GET }, policy: p }
  - { match: { path: /b, method: PUT }, policy: p, allow_method_parameter: true, allow_anonymous: true, case_sensitive: true, encoded: keep }
  - { match: { path: /ws }, policy: p, upstream: u, close_expired: true }
  - { match: {}, access: deny }
upstreams: { u: { servers: ["http://a.example"] } }
endpoints:
  - { path: /auth, dialect: jwtauthrequest, policy: p }
listen: { decisions: ":9180", admin: off }
limits: { max_token_bytes: 300 }
cache: { tokens: 5, bytes: 0 }
realm: "a $\${b}"
drain: 1500ms
`
const SURROUNDINGS = { env: { HOME: '${x}' } }

describe('settings written as a configuration', () => {
  for (const defaults of ['shown', 'omitted'] as const) {
    it(`are the same settings when loaded again, with defaults ${defaults}`, async () => {
      const { settings } = await loadGood(TEXT, SURROUNDINGS)
      const text = renderConfig(settings, { secrets: 'plain', defaults })
      expect((await loadGood(text)).settings).toEqual(settings)
    })
  }

  it('are short when defaults are left out', async () => {
    const { settings } = await loadGood(ISSUER.replace('audience', 'algorithms: ES256\n    audience'))
    expect(renderConfig(settings, { secrets: 'plain', defaults: 'omitted' })).toBe(`version: 1
issuers:
  - name: main
    issuer: https://idp.example.com/realms/main
    audience: [ api://orders ]
    algorithms: [ ES256 ]
`)
  })

  it('show no secret in `config show`, and cannot be loaded by mistake', async () => {
    const { settings } = await loadGood(TEXT, SURROUNDINGS)
    const shown = showConfig(settings)
    expect(shown).not.toContain('0123456789abcdef')
    expect(shown).not.toContain(Buffer.alloc(32, 0xff).toString('base64'))
    expect(shown.match(/secret: "\*{8}"/g)?.length).toBe(4)
    const { diagnostics } = await loadBad(shown)
    expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual([
      'ERR_CONFIG_SECRET_SHORT',
      'ERR_CONFIG_SECRET_SHORT',
      'ERR_CONFIG_SECRET_SHORT',
      'ERR_CONFIG_SECRET_SHORT',
    ])
  })

  it('show no query of a key URL, which may hold a token from the environment', async () => {
    const { settings } = await loadGood(
      ISSUER + '    keys: { jwks_url: "https://a.example/k?t=${TOKEN}" }\n',
      {
        env: { TOKEN: 'cAnArY' },
      },
    )
    expect(showConfig(settings)).not.toContain('cAnArY')
    expect(renderConfig(settings, { secrets: 'plain', defaults: 'omitted' })).toContain('cAnArY')
  })

  it('show every default', async () => {
    const shown = showConfig((await loadGood(ISSUER)).settings)
    for (const line of [
      'leeway: 30s',
      'refresh: 10m',
      'decisions: 127.0.0.1:9180',
      'max_token_bytes: 8KiB',
      'bytes: 64MiB',
      'drain: 5s',
    ]) {
      expect(shown).toContain(line)
    }
  })
})
