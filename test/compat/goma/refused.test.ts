import { describe, expect, it } from 'bun:test'
import { loadBad } from '../../config/load-text.ts'
import { goma, localJwt, SECRET } from './goma-config.ts'

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
    [
      'with a login whose query has no place for the way back',
      goma(
        '',
        one(
          '{ name: a, type: forwardAuth, paths: [/*], rule: { authUrl: "http://a", authSignIn: "http://b/?rd=&c" } }',
        ),
      ),
      'ERR_COMPAT_UNSUPPORTED',
      10,
    ],
    [
      'with a login that is no URL',
      goma(
        'middlewares: [a]',
        one(
          '{ name: a, type: forwardAuth, paths: [/*], rule: { authUrl: "http://a", authSignIn: "//evil" } }',
        ),
      ),
      'ERR_CONFIG_SIGN_IN',
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
        one(
          `{ name: a, type: jwtAuth, paths: [/*], rule: { secret: ${SECRET}, claimsExpression: "!Equals(a, b)" } }`,
        ),
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
      'with a rate limit of paths that are guarded in part',
      goma(
        'middlewares: [a, guard]',
        `${localJwt('guard', '[/x/y]')}  - { name: a, type: rateLimit, paths: [/x/*], rule: { unit: hour, requestsPerUnit: 5 } }\n`,
      ),
      'ERR_COMPAT_UNSUPPORTED',
      8,
    ],
    [
      'with a rate limit by a header without a name',
      goma(
        'middlewares: [a]',
        one(
          '{ name: a, type: rateLimit, paths: [/*], rule: { unit: hour, requestsPerUnit: 5, keyStrategy: { source: header } } }',
        ),
      ),
      'ERR_CONFIG_MISSING_KEY',
      10,
    ],
    [
      'with a rate limit by what a proxy says',
      goma(
        'middlewares: [a]',
        one(
          '{ name: a, type: rateLimit, paths: [/*], rule: { unit: hour, requestsPerUnit: 5, keyStrategy: { source: header, name: X-Real-IP } } }',
        ),
      ),
      'ERR_CONFIG_HEADER',
      5,
    ],
    [
      'with a rate limit of bursts',
      goma(
        'middlewares: [a]',
        one('{ name: a, type: rateLimit, paths: [/*], rule: { unit: hour, requestsPerUnit: 5, burst: 9 } }'),
      ),
      'ERR_COMPAT_UNSUPPORTED',
      10,
    ],
    [
      'with a rate limit that bans',
      goma(
        'middlewares: [a]',
        one(
          '{ name: a, type: rateLimit, paths: [/*], rule: { unit: hour, requestsPerUnit: 5, banAfter: 9 } }',
        ),
      ),
      'ERR_COMPAT_UNSUPPORTED',
      10,
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
    ['without a gateway', `middlewares: []\n`, 'ERR_CONFIG_MISSING_KEY', 1],
  ]
  for (const [what, text, code, line] of CASES) {
    it(`${what}: ${code}`, async () => {
      const { diagnostics } = await loadBad(text, {}, 'goma.yml')
      const errors = diagnostics.filter(({ severity }) => severity === 'error')
      expect(errors.map((error) => [error.code as string, error.position?.line])).toEqual([[code, line]])
    })
  }

  const OF_GATEWAY = [
    'cors: { origins: [https://a.example], headers: { X-Frame-Options: DENY } }',
    'cors: { origins: [https://a.example], headers: { access-control-allow-origin: "*" } }',
    'tls: { clientAuth: { clientCA: ca.pem } }',
    'tls: { clientAuth: { clientCA: "-----BEGIN CERTIFICATE-----", required: true } }',
    'blockCommonExploits: true',
    'providers: { file: { enabled: true } }',
    'proxy: { enabled: true, ipHeaders: [CF-Connecting-IP] }',
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
    'cors: { origins: [https://a.example], headers: { Access-Control-Allow-Private-Network: "true" } }',
    'blockCommonExploits: true',
    'enableBotDetection: true',
    'blocklist: [/internal/*]',
    'middlewares: [{ path: /admin, rules: [guard] }]',
    'tls: { clientAuth: { required: true } }',
    'tls: { keys: [{ cert: a.pem, key: a.key }] }',
    'security: { tls: { rootCAs: "-----BEGIN CERTIFICATE-----" } }',
    'priority: 1',
    'security: { enableExploitProtection: true }',
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

  it('suggests what was probably meant', async () => {
    const { diagnostics } = await loadBad(goma('middlewares: [gaurd]', G))
    expect(diagnostics[0]?.label).toBe('did you mean "guard"?')
  })
})
