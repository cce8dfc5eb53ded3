import { describe, expect, it } from 'bun:test'
import { ISSUER, loadGood } from './load-text.ts'

describe('the warnings', () => {
  const issuer = (more: string): string =>
    `version: 1\nissuers:\n  - issuer: https://idp.example.com\n    audience: a\n    ${more}\n`
  const CASES: readonly (readonly [what: string, text: string, code: string, place: string])[] = [
    ['any audience', ISSUER.replace('api://orders', 'any'), 'WARN_CONFIG_AUDIENCE_ANY', '5:15'],
    [
      'the audience account',
      ISSUER.replace('api://orders', '[a, account]'),
      'WARN_CONFIG_AUDIENCE_ACCOUNT',
      '5:19',
    ],
    [
      'any issuer',
      'version: 1\nissuers:\n  - { issuer: any, audience: a, keys: { pem_file: k } }\npolicies: { p: {} }\nroutes: [{ match: {}, policy: p }]\n',
      'WARN_CONFIG_ISSUER_ANY',
      '3:15',
    ],
    [
      'policies that no route can choose',
      `${ISSUER}policies: { p: { scope: a } }\n`,
      'WARN_CONFIG_UNROUTED',
      '6:1',
    ],
    ['any value of a claim', issuer('claims: { tid: "*" }'), 'WARN_CONFIG_CLAIM_WILDCARD', '5:20'],
    ['a claim in a list', issuer('claims: { sub: [a, "repo:x/*"] }'), 'WARN_CONFIG_CLAIM_WILDCARD', '5:20'],
    [
      'a claim that starts with a wildcard',
      issuer('claims: { sub: { starts_with: "repo:x/*" } }'),
      'WARN_CONFIG_CLAIM_WILDCARD',
      '5:20',
    ],
    ['tokens without end', issuer('allow_missing_exp: true'), 'WARN_CONFIG_EXP_OPTIONAL', '5:24'],
    [
      'bound tokens without proof',
      issuer('allow_sender_constrained: true'),
      'WARN_CONFIG_SENDER_CONSTRAINED',
      '5:31',
    ],
    [
      'keys over http',
      issuer('keys: { jwks_url: "http://idp.example.com/", allow_http: true }'),
      'WARN_CONFIG_HTTP',
      '5:23',
    ],
    [
      'a short secret',
      issuer('keys: { secret: 0123456789abcdef, allow_short_secret: true }'),
      'WARN_CONFIG_SECRET_SHORT',
      '5:21',
    ],
    [
      'a WebSocket token in a whole header',
      `${ISSUER}token_sources: [{ header: Sec-WebSocket-Protocol }]\n`,
      'WARN_CONFIG_WEBSOCKET_HEADER',
      '6:27',
    ],
    ['tokens in the URL', `${ISSUER}token_sources: [{ query: t }]\n`, 'WARN_CONFIG_QUERY_TOKEN', '6:26'],
    [
      'everything public',
      `${ISSUER}routes: [{ match: { path: /** }, access: public }]\n`,
      'WARN_CONFIG_PUBLIC_EVERYTHING',
      '6:42',
    ],
    [
      'everything without a token',
      `${ISSUER}policies: { p: {} }\nroutes: [{ match: {}, policy: p, allow_anonymous: true }]\n`,
      'WARN_CONFIG_ANONYMOUS_EVERYTHING',
      '7:51',
    ],
    [
      'everything without a token, among other paths',
      `${ISSUER}policies: { p: {} }\nroutes: [{ match: { path: [/a, /**] }, policy: p, allow_anonymous: true }]\n`,
      'WARN_CONFIG_ANONYMOUS_EVERYTHING',
      '7:68',
    ],
    [
      'decisions for everyone',
      `${ISSUER}listen: { decisions: ":9180" }\n`,
      'WARN_CONFIG_DECISIONS_EXPOSED',
      '6:22',
    ],
    [
      'decisions by gRPC for everyone',
      `${ISSUER}listen: { grpc: ":9190" }\n`,
      'WARN_CONFIG_DECISIONS_EXPOSED',
      '6:17',
    ],
    [
      'decisions by SPOE for everyone',
      `${ISSUER}listen: { spoe: ":9191" }\n`,
      'WARN_CONFIG_DECISIONS_EXPOSED',
      '6:17',
    ],
    [
      'a policy that nothing names',
      `${ISSUER}policies: { p: {}, q: {} }\nroutes: [{ match: {}, policy: p }]\n`,
      'WARN_CONFIG_UNUSED_POLICY',
      '6:20',
    ],
    [
      'an issuer that nothing accepts',
      `${ISSUER}  - { name: b, issuer: https://b.example, audience: a }\npolicies: { p: { issuers: [main] } }\nroutes: [{ match: {}, policy: p }]\n`,
      'WARN_CONFIG_UNUSED_ISSUER',
      '6:5',
    ],
  ]
  for (const [what, text, code, place] of CASES) {
    it(`are ${code} at ${place} for ${what}`, async () => {
      const { warnings } = await loadGood(text)
      expect(warnings.map((warning) => [warning.code, warning.severity])).toEqual([
        [code as never, 'warning'],
      ])
      const position = warnings[0]?.position
      expect(`${position?.line}:${position?.column}`).toBe(place)
    })
  }

  it('are silent about public preflights', async () => {
    const { warnings } = await loadGood(`${ISSUER}routes: [{ match: { method: OPTIONS }, access: public }]\n`)
    expect(warnings).toEqual([])
  })
})
