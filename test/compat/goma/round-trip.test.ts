import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { convertConfig } from '../../../src/compat/convert.ts'
import { loadGood, loadText } from '../../config/load-text.ts'
import { SECRET } from './goma-config.ts'

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
const textWith = (...more: readonly string[]): fc.Arbitrary<string> =>
  fc.constantFrom(
    'a',
    'x-y',
    '8',
    'true',
    'null',
    '~',
    '- a',
    'a: b',
    '#x',
    'é',
    '$x',
    '${',
    '"',
    "'",
    '\\',
    ...more,
  )

const rule = {
  jwt: fc.record({
    url: fc.constantFrom('http://auth:1/a', 'https://auth.example.com/?x=1'),
    requiredHeaders: maybe(fc.constantFrom([], ['Authorization'])),
    headers: maybe(fc.constantFrom({}, { userId: 'X-User-Id', a: 'X-B' })),
    params: maybe(fc.constantFrom({}, { userId: 'uid' })),
  }),
  forwardAuth: fc.record({
    authUrl: fc.constantFrom('http://auth:1/a', 'https://auth.example.com/'),
    authRequestHeaders: maybe(fc.constantFrom([], ['X-A', 'cookie'])),
    authResponseHeaders: maybe(fc.constantFrom(['X-User'], ['a: X-User', 'X-Role'])),
    authResponseHeadersAsParams: maybe(fc.constantFrom(['a: b'])),
    addAuthCookiesToResponse: maybe(fc.constantFrom([], ['sid'])),
    authSignIn: maybe(fc.constantFrom('', 'https://login.example.com/?rd=')),
  }),
  jwtAuth: fc.record({
    secret: fc.constantFrom(SECRET, `${SECRET}# "'\\$\{`, 'sixteen-bytes-xx', ` ${SECRET} `, '0'.repeat(64)),
    issuer: maybe(textWith('')),
    audience: maybe(textWith('', 'any', '*')),
    algo: maybe(fc.constantFrom('', 'HS256', 'HS512')),
    forwardHeaders: maybe(fc.constantFrom({ 'X-Sub': 'sub', 'X-R': 'a.b' })),
    forwardAuthorization: maybe(fc.boolean()),
    claimsExpression: maybe(
      fc.constantFrom(
        '',
        'Equals(`role`,`a`)',
        'OneOf(`a.b`,`true`,`2`) && Contains(`r`,`#x`)',
        "Equals('a', true)",
      ),
    ),
  }),
  basicAuth: fc.record({
    users: fc.constantFrom(
      ['a:b'],
      ['a: b #c', 'b:{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M='],
      [{ username: 'é', password: ' p"\'\\${' }],
      ['a:1', 'a:2'],
    ),
    realm: maybe(fc.constantFrom('', 'My "realm"')),
    forwardUsername: maybe(fc.boolean()),
  }),
  access: fc.constant({}),
  rateLimit: fc.record({
    unit: fc.constantFrom('second', 'minute', 'hour'),
    requestsPerUnit: fc.integer({ min: 1, max: 1e9 }),
    keyStrategy: maybe(fc.constantFrom({ source: 'ip' }, { source: 'header', name: 'X-Key' })),
  }),
} as const

const middleware = fc.constantFrom(...(Object.keys(rule) as (keyof typeof rule)[])).chain((type) =>
  fc.record({
    type: fc.constantFrom(type, type.toUpperCase()),
    paths: fc.uniqueArray(fc.constantFrom('/*', '/x', '/x/*', '/y/', '*', '/a/*/b', '/é'), {
      minLength: 1,
      maxLength: 3,
    }),
    rule: rule[type] as fc.Arbitrary<unknown>,
  }),
)
const cors = fc.record({
  origins: fc.constantFrom([], ['https://a.example'], ['*']),
  allowedHeaders: maybe(fc.constantFrom(['X-A'])),
  headers: maybe(
    fc.constantFrom({ 'Access-Control-Max-Age': 7 }, { 'Access-Control-Allow-Credentials': 'true' }),
  ),
})
const route = fc.record({
  path: fc.constantFrom('/', '/a', '/a/b', '/é', '/a/'),
  enabled: maybe(fc.boolean()),
  hosts: maybe(fc.constantFrom([], ['a.example.com'], ['*.example.com', 'b.test'])),
  methods: maybe(fc.constantFrom([], ['GET'], ['GET', 'POST', 'PATCH'])),
  rewrite: maybe(fc.constantFrom('', '/', '/v2')),
  destination: maybe(fc.constantFrom('http://a:1', 'https://a.example.com/')),
  backends: maybe(fc.constantFrom([], ['http://b:1', 'http://b:2'], [{ endpoint: 'http://c:1', weight: 3 }])),
  healthCheck: maybe(
    fc.constantFrom({ path: '/h' }, { path: '/h', interval: '45s', healthyStatuses: [200, 404] }),
  ),
  cors: maybe(cors),
  interceptErrors: maybe(fc.constantFrom([], [404, 500])),
  rateLimit: maybe(fc.constantFrom(0, 60)),
  disableHostForwarding: maybe(fc.boolean()),
  middlewares: maybe(fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })),
})
const gateway = fc.record({
  entryPoints: maybe(
    fc.constantFrom({}, { web: { address: ':80' } }, { webSecure: { address: '[::1]:443' } }),
  ),
  proxy: maybe(fc.constantFrom({ enabled: true, trustedProxies: ['10.0.0.0/8'] }, { enabled: false })),
  tlsCertFile: maybe(fc.constantFrom('', 'c.pem')),
  cors: maybe(cors),
  rateLimit: maybe(fc.constantFrom(0, 600)),
  accessLog: maybe(fc.constantFrom('', '/dev/stdout')),
  errorInterceptor: maybe(fc.constantFrom({ enabled: true, errors: [{ status: 502, body: 'x' }] })),
  routes: fc.array(route, { maxLength: 4 }),
})

describe('a configuration of Goma and what it is converted to', () => {
  it('are the same settings, whatever they are', async () => {
    let loaded = 0
    await fc.assert(
      fc.asyncProperty(gateway, fc.array(middleware, { maxLength: 4 }), async (given, middlewares) => {
        const value = {
          gateway: {
            ...given,
            ...(given.tlsCertFile === 'c.pem' ? { tlsKeyFile: 'k.pem' } : {}),
            routes: given.routes.map((one, i) => ({
              name: `r ${i}`,
              ...one,
              destination: one.destination ?? 'http://d:1',
              middlewares: one.middlewares?.flatMap((j) => (j < middlewares.length ? [`m${j}`] : [])),
            })),
          },
          middlewares: middlewares.map((one, i) => ({ name: `m${i}`, ...one })),
        }
        const original = await loadText(JSON.stringify(value), {}, '/etc/warder/goma.yml')
        // Some combinations are refused, such as two judges that want one header.
        if (!original.ok) return
        loaded++
        const { settings } = await loadGood(convertConfig(original.value))
        expect(settings).toEqual(original.value.settings)
      }),
      { numRuns: 150 },
    )
    expect(loaded).toBeGreaterThan(40)
  })
})
