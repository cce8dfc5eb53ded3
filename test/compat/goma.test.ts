import { describe, expect, it } from 'bun:test'
import { convertConfig } from '../../src/compat/convert.ts'
import { loadBad, loadGood } from '../config/load-text.ts'
import { goma, localJwt, SECRET } from './goma-config.ts'

describe('a configuration of Goma', () => {
  it('is recognised, and listens where Goma does', async () => {
    const { settings, format } = await loadGood(goma(''))
    expect(format).toBe('goma')
    expect(settings.listen.gateway?.address).toEqual({ kind: 'tcp', host: '::', port: 8080 })
  })

  it('says where it listens', async () => {
    const { settings } = await loadGood(goma('', '', 'entryPoints: { web: { address: "127.0.0.1:9000" } }'))
    expect(settings.listen.gateway?.address).toEqual({ kind: 'tcp', host: '127.0.0.1', port: 9000 })
  })

  it('guards sub-paths before the rest of the route', async () => {
    const { settings } = await loadGood(goma('middlewares: [g]', localJwt('g', '[/x, /y/*]')))
    expect(settings.routes.map(({ name, paths, access }) => [name, paths, access])).toEqual([
      ['api-g', ['/api/x/', '/api/x', '/api/y/**'], { kind: 'policy', policy: 'g' }],
      ['api', ['/api/**'], { kind: 'public' }],
    ])
  })

  it('denies what an access middleware names, whatever else applies', async () => {
    const middlewares = `${localJwt('g', '[/*]')}  - { name: closed, type: access, paths: [/admin/*] }\n`
    const { settings } = await loadGood(goma('middlewares: [g, closed]', middlewares))
    expect(settings.routes.map(({ paths, access }) => [paths, access.kind])).toEqual([
      [['/api/admin/**'], 'deny'],
      [['/api/**'], 'policy'],
    ])
  })

  it('asks the longest path first, and one for certain hosts before one for all', async () => {
    const { settings } = await loadGood(`gateway:
  routes:
    - { name: root, path: /, destination: "http://a:1" }
    - { name: api, path: /api, destination: "http://a:1" }
    - { name: host, path: /, hosts: [a.example], destination: "http://a:1" }
    - { name: off, path: /off, destination: "http://a:1", enabled: false }
`)
    expect(settings.routes.map(({ name }) => name)).toEqual(['api', 'host', 'root'])
  })

  it('denies other methods of a route instead of asking a shorter one', async () => {
    const { settings } = await loadGood(goma('methods: [GET, post]'))
    expect(settings.routes.map(({ paths, methods, access }) => [paths, methods, access.kind])).toEqual([
      [['/api/**'], ['GET', 'POST'], 'public'],
      [['/api/**'], [], 'deny'],
    ])
  })

  it('has its servers, hosts, health checks and rewrites', async () => {
    const { settings } = await loadGood(
      goma(`hosts: [api.example.com]
      rewrite: /v2
      backends: ["http://a:1", { endpoint: "http://b:2/", weight: 3 }]
      disableHostFording: true
      rateLimit: 60
      healthCheck: { path: /health, interval: 10s }`),
    )
    const [route] = settings.routes
    expect(route).toMatchObject({
      hosts: ['api.example.com'],
      rewrite: { stripPrefix: '/api', addPrefix: '/v2' },
    })
    expect(settings.upstreams).toMatchObject([
      {
        name: 'api',
        host: 'upstream',
        rateLimit: { requests: 60, perMs: 60_000 },
        health: { path: '/health', intervalMs: 10_000 },
        servers: [
          { url: 'http://a:1', weight: 1 },
          { url: 'http://b:2', weight: 3 },
        ],
      },
    ])
  })

  it('limits rates by a middleware, where the route does not', async () => {
    const limit = `middlewares: [{ name: l, type: rateLimit, paths: [/*], rule: { unit: hour, requestsPerUnit: 5 } }]`
    const { settings } = await loadGood(goma('middlewares: [l]', limit))
    expect(settings.upstreams[0]?.rateLimit).toEqual({ requests: 5, perMs: 3_600_000 })
    expect(settings.routes.map(({ paths, access }) => [paths, access.kind])).toEqual([
      [['/api/**'], 'public'],
    ])
    const both = await loadGood(goma('middlewares: [l]\n      rateLimit: 9', limit))
    expect(both.settings.upstreams[0]?.rateLimit).toEqual({ requests: 9, perMs: 60_000 })
  })

  it('verifies tokens as the newer Goma means to, and forwards claims', async () => {
    const rule = `{ jwksUrl: "https://idp.example/jwks", issuer: "https://idp.example", audience: api, alg: ES256, forwardHeaders: { X-User: sub } }`
    const { settings } = await loadGood(
      goma('middlewares: [g]', `middlewares: [{ name: g, type: jwt, paths: [/*], rule: ${rule} }]`),
    )
    expect(settings.issuers).toMatchObject([
      { issuer: 'https://idp.example', audience: ['api'], algorithms: ['ES256'], keys: { kind: 'jwks_url' } },
    ])
    expect(settings.policies[0]?.identity).toMatchObject([{ name: 'X-User', claim: 'sub' }])
    expect(settings.upstreams[0]?.stripToken).toBe(true)
  })

  it('is converted to a warder.yaml with the same settings', async () => {
    const original = await loadGood(
      goma('middlewares: [g]\n      methods: [GET]\n      rewrite: /', localJwt('g', '[/x, /y/*]')),
    )
    const text = convertConfig(original)
    expect(text).toContain(SECRET)
    const converted = await loadGood(text)
    expect(converted.format).toBe('warder')
    expect(converted.settings).toEqual(original.settings)
  })

  it('warns of what has no effect, and of middlewares that protect nothing', async () => {
    const { warnings } = await loadGood(goma('', localJwt('g', '[/*]'), 'logLevel: debug'))
    expect(warnings.map(({ code, position }) => [code, position?.line])).toEqual([
      ['WARN_COMPAT_NO_EFFECT', 3],
      ['WARN_COMPAT_UNUSED_MIDDLEWARE', 10],
    ])
  })
})

describe('a configuration of Goma is refused', () => {
  const G = localJwt('guard', '[/*]')
  const one = (middleware: string): string => `middlewares:\n  - ${middleware}\n`
  /** What is wrong, the text, the code, its line. */
  const CASES: readonly (readonly [string, string, string, number])[] = [
    ['with an unknown middleware', goma('middlewares: [gaurd]', G), 'ERR_COMPAT_UNKNOWN_MIDDLEWARE', 8],
    ['with an unknown type', goma('', one('{ name: a, type: jtw, paths: [/*] }')), 'ERR_CONFIG_VALUE', 10],
    [
      'with an unsupported type',
      goma('', one('{ name: a, type: oauth, paths: [/*] }')),
      'ERR_COMPAT_UNSUPPORTED',
      10,
    ],
    [
      'with a type of every object',
      goma('', one('{ name: a, type: constructor, paths: [/*] }')),
      'ERR_CONFIG_VALUE',
      10,
    ],
    [
      'without url',
      goma('', one('{ name: a, type: jwt, paths: [/*], rule: {} }')),
      'ERR_CONFIG_MISSING_KEY',
      10,
    ],
    ['without rule', goma('', one('{ name: a, type: jwt, paths: [/*] }')), 'ERR_CONFIG_MISSING_KEY', 10],
    [
      'with a rule that is none',
      goma('', one('{ name: a, type: jwt, paths: [/*], rule: yes }')),
      'ERR_CONFIG_TYPE',
      10,
    ],
    [
      'with an unknown key in a rule',
      goma('', one('{ name: a, type: jwt, paths: [/*], rule: { url: "http://a", header: {} } }')),
      'ERR_CONFIG_UNKNOWN_KEY',
      10,
    ],
    ['with empty paths', goma('', one('{ name: a, type: access, paths: [] }')), 'ERR_CONFIG_EMPTY_LIST', 10],
    ['without paths', goma('', one('{ name: a, type: access }')), 'ERR_CONFIG_MISSING_KEY', 10],
    ['with a bad pattern', goma('', one('{ name: a, type: access, paths: ["/v("] }')), 'ERR_CONFIG_PATH', 10],
    [
      'with headers twice',
      goma(
        '',
        one(
          '{ name: a, type: jwt, paths: [/*], rule: { url: "http://a", headers: { a: X-A } }, headers: { b: X-B } }',
        ),
      ),
      'ERR_CONFIG_EXACTLY_ONE',
      10,
    ],
    [
      'with two middlewares of one name',
      goma('', `${G}  - { name: guard, type: access, paths: [/*] }\n`),
      'ERR_CONFIG_DUPLICATE_NAME',
      14,
    ],
    [
      'with two judges of one path',
      goma(
        'middlewares: [guard, b]',
        `${G}  - { name: b, type: jwtAuth, paths: [/x], rule: { secret: ${SECRET}, issuer: b, audience: b } }\n`,
      ),
      'ERR_COMPAT_UNSUPPORTED',
      8,
    ],
    ['with an unknown key of a route', goma('middleware: [guard]', G), 'ERR_CONFIG_UNKNOWN_KEY', 8],
    ['with an unknown key of the gateway', goma('', '', 'listen: 1'), 'ERR_CONFIG_UNKNOWN_KEY', 3],
    ['with an empty path', goma('').replace('path: /api', 'path: ""'), 'ERR_CONFIG_PATH', 6],
    ['without a destination', goma('').replace(/ +destination.*\n/, ''), 'ERR_CONFIG_MISSING_KEY', 5],
    ['with a destination that is none', goma('').replace('http://svc', 'svc'), 'ERR_CONFIG_SERVER_URL', 7],
    ['with a host that is none', goma('hosts: ["{sub}.example"]'), 'ERR_CONFIG_HOST', 8],
    [
      'with a route twice',
      goma('\n    - { name: api, path: /b, destination: "http://b:1" }'),
      'ERR_CONFIG_DUPLICATE_NAME',
      9,
    ],
    [
      'with a default that does not exist',
      goma('', '', 'defaults: { middlewares: [nope] }'),
      'ERR_COMPAT_UNKNOWN_MIDDLEWARE',
      3,
    ],
    [
      'with a claims expression',
      goma(
        '',
        one(`{ name: a, type: jwtAuth, paths: [/*], rule: { secret: ${SECRET}, claimsExpression: x } }`),
      ),
      'ERR_COMPAT_UNSUPPORTED',
      10,
    ],
    [
      'with two keys',
      goma(
        '',
        one(`{ name: a, type: jwtAuth, paths: [/*], rule: { secret: ${SECRET}, jwksUrl: "https://a" } }`),
      ),
      'ERR_CONFIG_EXACTLY_ONE',
      10,
    ],
    [
      'with a secret that can be guessed',
      goma('middlewares: [a]', one(`{ name: a, type: jwtAuth, paths: [/*], rule: { secret: short } }`)),
      'ERR_CONFIG_SECRET_SHORT',
      10,
    ],
    [
      'with an identity header that is none',
      goma(
        'middlewares: [a]',
        one(
          `{ name: a, type: jwtAuth, paths: [/*], rule: { secret: ${SECRET}, forwardHeaders: { Host: sub } } }`,
        ),
      ),
      'ERR_CONFIG_HEADER',
      10,
    ],
    [
      'with a rate limit of some paths',
      goma(
        'middlewares: [a]',
        one('{ name: a, type: rateLimit, paths: [/x], rule: { unit: hour, requestsPerUnit: 5 } }'),
      ),
      'ERR_COMPAT_UNSUPPORTED',
      8,
    ],
    [
      'with a rate limit of an unknown unit',
      goma(
        'middlewares: [a]',
        one('{ name: a, type: rateLimit, paths: [/*], rule: { unit: hours, requestsPerUnit: 5 } }'),
      ),
      'ERR_CONFIG_VALUE',
      10,
    ],
    ['without routes', `gateway: {}\n`, 'ERR_CONFIG_MISSING_KEY', 1],
  ]
  for (const [what, text, code, line] of CASES) {
    it(`${what}: ${code}`, async () => {
      const { diagnostics } = await loadBad(text, {}, 'goma.yml')
      const errors = diagnostics.filter(({ severity }) => severity === 'error')
      expect(errors.map((error) => [error.code as string, error.position?.line])).toEqual([[code, line]])
    })
  }

  const OF_GATEWAY = [
    'cors: { origins: [https://a.example] }',
    'rateLimit: 5',
    'redis: { addr: "r:1" }',
    'tlsCertFile: a.pem',
    'blockCommonExploits: true',
    'interceptErrors: [500]',
    'extraRoutes: { directory: /etc/goma/extra }',
    'entryPoints: { webSecure: { address: ":8443" } }',
    'providers: { file: { enabled: true } }',
  ]
  for (const key of OF_GATEWAY) {
    it(`by the name of what is not supported: ${key}`, async () => {
      const { diagnostics } = await loadBad(goma('', '', key))
      expect(diagnostics.map((found) => [found.code as string, found.position?.line])).toEqual([
        ['ERR_COMPAT_UNSUPPORTED', 3],
      ])
    })
  }

  const OF_ROUTE = [
    'cors: { origins: [https://a.example] }',
    'interceptErrors: [404]',
    'blockCommonExploits: true',
    'insecureSkipVerify: true',
    'priority: 1',
    'healthCheck: { path: /h, healthyStatuses: [404] }',
    'security: { tls: { insecureSkipVerify: true } }',
    'maintenance: { enabled: true }',
  ]
  for (const key of OF_ROUTE) {
    it(`by the name of what a route cannot have: ${key}`, async () => {
      const { diagnostics } = await loadBad(goma(key))
      expect(diagnostics.map((found) => [found.code as string, found.position?.line])).toEqual([
        ['ERR_COMPAT_UNSUPPORTED', 8],
      ])
    })
  }

  it('says what was meant', async () => {
    const { diagnostics } = await loadBad(goma('middlewares: [gaurd]', G))
    expect(diagnostics[0]?.label).toBe('did you mean "guard"?')
  })
})
