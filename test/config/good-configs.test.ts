import { describe, expect, it } from 'bun:test'
import { ISSUER, loadGood, SUPPORTED } from './load-text.ts'

const FULL = `version: 1
issuers:
  - name: main
    issuer: https://idp.example.com/realms/main
    audience: [api://orders, api://stock]
    keys: { refresh: 5m, timeout: 2500ms, max_bytes: 64KiB, cooldown: 60, first_fetch_wait: 0 }
    algorithms: [RS256, ES256, RS256]
    leeway: 1m
    max_age: 24h
    typ: [application/at+JWT, JWT]
    require: [sub, jti]
    allow_missing_exp: true
    require_kid: true
    allow_sender_constrained: true
  - issuer: https://b.example.com:8443/x
    audience: a
    keys: { jwks_url: "http://127.0.0.1:8080/jwks", allow_http: true }
  - issuer: https://b.example.com/y
    audience: a
    keys: { pem_file: [keys/a.pem, /abs/b.pem] }
  - issuer: urn:c
    audience: a
    keys: { jwks_file: ../c.json }
  - issuer: d
    audience: a
    keys: { secret: "\${file:hmac.txt}", encoding: hex, kid: k1 }
    algorithms: HS256
token_sources:
  - { header: Authorization }
  - { header: Authorization, scheme: DPoP }
  - { header: X-Token }
  - { header: X-Raw, trim_prefix: "Token " }
  - { header: Authorization, trim_prefix: "" }
  - { cookie: access_token }
  - { query: access_token }
policies:
  orders:
    issuers: [main, b.example.com]
    token_sources: [{ cookie: sid }]
    scope: orders:read orders:list
    scope_any: ["a b", c]
    claims:
      email_verified: true
      level: 3
      tenant: { in: [acme, 7] }
      realm_access.roles: { contains: clerk }
      groups: { contains: [a, b], exists: true }
      banned: { exists: false }
      https://acme\\.example/x: { equals: y }
    identity:
      X-Auth-Subject: sub
      X-Auth-Roles: { claim: realm_access.roles, arrays: json, encoding: base64url, max_bytes: 1KiB }
  empty: {}
routes:
  - { name: health, match: { path: /healthz }, access: public }
  - { match: { host: [API.example.com, "*.example.org"], path: [/orders/**, /a/*/b], method: [get, HEAD] }, policy: orders }
  - { match: {}, access: deny }
endpoints:
  - { path: /auth, dialect: jwtauthrequest, policy: empty }
listen: { decisions: "unix:/run/warder.sock", admin: "[::1]:9181" }
limits: { max_token_bytes: 16KiB }
cache: { tokens: 0, bytes: 1MiB }
realm: orders api
drain: 0s
`

const HMAC_HEX = '00'.repeat(32)

describe('a configuration with every key', () => {
  const load = () => loadGood(FULL, { files: { '/etc/warder/hmac.txt': `${HMAC_HEX}\n` } })

  it('becomes issuers with exact names, units and bytes', async () => {
    const { settings } = await load()
    const remote = {
      allowHttp: false,
      timeoutMs: 2_500,
      maxBytes: 65_536,
      refreshMs: 300_000,
      minRefreshMs: 60_000,
      maxRefreshMs: 3_600_000,
      maxStaleMs: 86_400_000,
      startup: 'serve' as const,
      cooldownMs: 60_000,
      firstFetchWaitMs: 0,
    }
    expect(settings.issuers[0]).toEqual({
      name: 'main',
      issuer: 'https://idp.example.com/realms/main',
      audience: ['api://orders', 'api://stock'],
      algorithms: ['RS256', 'ES256'],
      keys: { kind: 'discovery', issuer: 'https://idp.example.com/realms/main', ...remote },
      leewaySeconds: 60,
      maxAgeSeconds: 86_400,
      typ: ['at+jwt', 'jwt'],
      require: ['sub', 'jti'],
      allowMissingExp: true,
      requireKid: true,
      allowSenderConstrained: true,
    })
    expect(settings.issuers.map(({ name }) => name)).toEqual([
      'main',
      'b.example.com',
      'b.example.com-2',
      'issuer-4',
      'issuer-5',
    ])
    expect(settings.issuers.slice(1).map(({ keys }) => keys)).toMatchObject([
      { kind: 'jwks_url', url: 'http://127.0.0.1:8080/jwks', allowHttp: true, timeoutMs: 5_000 },
      { kind: 'pem_file', files: ['/etc/warder/keys/a.pem', '/abs/b.pem'] },
      { kind: 'jwks_file', file: '/etc/c.json' },
      { kind: 'secret', secret: new Uint8Array(32), kid: 'k1', allowShortSecret: false },
    ])
  })

  it('becomes token sources in the order written', async () => {
    const { settings } = await load()
    expect(settings.tokenSources).toEqual([
      { kind: 'header', name: 'authorization', scheme: 'Bearer' },
      { kind: 'header', name: 'authorization', scheme: 'DPoP' },
      { kind: 'header', name: 'x-token' },
      { kind: 'header', name: 'x-raw', trimPrefix: 'Token ' },
      { kind: 'header', name: 'authorization' },
      { kind: 'cookie', name: 'access_token' },
      { kind: 'query', name: 'access_token' },
    ])
  })

  it('becomes policies with rules and identity headers', async () => {
    const { settings } = await load()
    expect(settings.policies[0]).toEqual({
      name: 'orders',
      issuers: ['main', 'b.example.com'],
      tokenSources: [{ kind: 'cookie', name: 'sid' }],
      scope: ['orders:read', 'orders:list'],
      scopeAny: ['a', 'b', 'c'],
      claims: [
        { path: 'email_verified', equals: true },
        { path: 'level', equals: 3 },
        { path: 'tenant', in: ['acme', 7] },
        { path: 'realm_access.roles', contains: ['clerk'] },
        { path: 'groups', contains: ['a', 'b'], exists: true },
        { path: 'banned', exists: false },
        { path: 'https://acme\\.example/x', equals: 'y' },
      ],
      identity: [
        { name: 'X-Auth-Subject', claim: 'sub', arrays: 'csv', encoding: 'percent', maxBytes: 4_096 },
        {
          name: 'X-Auth-Roles',
          claim: 'realm_access.roles',
          arrays: 'json',
          encoding: 'base64url',
          maxBytes: 1_024,
        },
      ],
    })
    expect(settings.policies[1]).toEqual({
      name: 'empty',
      scope: [],
      scopeAny: [],
      claims: [],
      identity: [],
    })
  })

  it('becomes routes, endpoints, listeners and limits', async () => {
    const { settings } = await load()
    expect(settings.routes).toEqual([
      { name: 'health', host: [], path: ['/healthz'], method: [], access: { kind: 'public' } },
      {
        name: 'route-2',
        host: ['api.example.com', '*.example.org'],
        path: ['/orders/**', '/a/*/b'],
        method: ['GET', 'HEAD'],
        access: { kind: 'policy', policy: 'orders' },
      },
      { name: 'route-3', host: [], path: [], method: [], access: { kind: 'deny' } },
    ])
    expect(settings.endpoints).toEqual([{ path: '/auth', dialect: 'jwtauthrequest', policy: 'empty' }])
    expect(settings.listen).toEqual({
      decisions: { kind: 'unix', path: '/run/warder.sock' },
      grpc: null,
      spoe: null,
      admin: { kind: 'tcp', host: '::1', port: 9181 },
      gateway: [],
    })
    expect(settings).toMatchObject({
      limits: { maxTokenBytes: 16_384 },
      cache: { tokens: 0, bytes: 1_048_576 },
      realm: 'orders api',
      drainMs: 0,
      workers: 'auto',
    })
  })
})

describe('a configuration with nothing but an issuer', () => {
  it('gets the documented defaults, and no warning', async () => {
    const { settings, warnings, format } = await loadGood(ISSUER)
    expect(warnings).toEqual([])
    expect(format).toBe('warder')
    expect(settings.issuers[0]).toEqual({
      name: 'main',
      issuer: 'https://idp.example.com/realms/main',
      audience: ['api://orders'],
      algorithms: [...SUPPORTED].filter((name) => !name.startsWith('HS')),
      keys: {
        kind: 'discovery',
        issuer: 'https://idp.example.com/realms/main',
        allowHttp: false,
        timeoutMs: 5_000,
        maxBytes: 1_048_576,
        refreshMs: 600_000,
        minRefreshMs: 60_000,
        maxRefreshMs: 3_600_000,
        maxStaleMs: 86_400_000,
        startup: 'serve',
        cooldownMs: 30_000,
        firstFetchWaitMs: 1_000,
      },
      leewaySeconds: 30,
      require: [],
      allowMissingExp: false,
      requireKid: false,
      allowSenderConstrained: false,
    })
    expect({ ...settings, issuers: [] }).toEqual({
      issuers: [],
      tokenSources: [{ kind: 'header', name: 'authorization', scheme: 'Bearer' }],
      policies: [],
      routes: [],
      endpoints: [],
      upstreams: [],
      listen: {
        decisions: { kind: 'tcp', host: '127.0.0.1', port: 9180 },
        grpc: null,
        spoe: null,
        admin: { kind: 'tcp', host: '127.0.0.1', port: 9181 },
        gateway: [],
      },
      admin: { tokens: [], recentDecisions: 2_000 },
      trustedCallers: [],
      limits: { maxTokenBytes: 8_192 },
      cache: { tokens: 100_000, bytes: 67_108_864 },
      log: { allows: 'none', identity: 'none', denialsPerSecond: 100 },
      realm: 'warder',
      drainMs: 5_000,
      workers: 'auto',
    })
  })

  it('may be JSON', async () => {
    const json = JSON.stringify({ version: 1, issuers: [{ issuer: 'https://a.example', audience: 'b' }] })
    expect((await loadGood(json)).settings.issuers[0]?.name).toBe('a.example')
  })

  it('may repeat itself with aliases', async () => {
    const { settings } = await loadGood(`version: 1
issuers:
  - { name: a, issuer: https://a.example, audience: &aud [x, y] }
  - { name: b, issuer: https://b.example, audience: *aud }
`)
    expect(settings.issuers[1]?.audience).toEqual(['x', 'y'])
  })

  it('is frozen all the way down', async () => {
    const { settings } = await loadGood(ISSUER)
    expect(Object.isFrozen(settings)).toBe(true)
    expect(Object.isFrozen(settings.issuers[0]?.keys)).toBe(true)
    expect(Object.isFrozen(settings.listen.decisions)).toBe(true)
  })
})

describe('words that relax a check', () => {
  it('are relaxations only when they stand alone: a list that holds `any` is a list', async () => {
    const { settings } = await loadGood(ISSUER.replace('api://orders', '[any]'))
    expect(settings.issuers[0]?.audience).toEqual(['any'])
  })

  it('accept any issuer if its keys are at hand and no other issuer competes', async () => {
    const { settings } =
      await loadGood(`${ISSUER}  - { name: x, issuer: any, audience: a, keys: { pem_file: k.pem } }
policies:
  main: { issuers: [main] }
  other: { issuers: [x] }
routes:
  - { match: { path: /a }, policy: main }
  - { match: { path: /b }, policy: other }
`)
    expect(settings.issuers[1]?.issuer).toBeNull()
  })
})
