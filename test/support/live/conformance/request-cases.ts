/** Cases of one request each. */
import { OVERRIDE_FIELDS, PROXY_FIELDS } from '../../../../src/syntax/override-fields.ts'
import type { ReceivedRequest } from '../echo-app.ts'
import type { RawRequest } from '../raw-client.ts'
import {
  allowed,
  BLOCKED,
  denied,
  READER,
  type Expected,
  type RequestCase,
  type TokenOf,
} from './conformance-case.ts'
import { PLANTED } from './outcome.ts'

type Fields = NonNullable<RawRequest['headers']>
type Row = readonly [title: string, request: RawRequest, expected: Expected, token?: TokenOf]

const toCase = ([title, request, expected, token]: Row): RequestCase => ({
  title,
  request,
  expected,
  ...(token && { token }),
})

const orders = (headers: Fields = []): RawRequest => ({ target: '/orders/1', headers })
const publicPath = (headers: Fields): RawRequest => ({ target: '/public/1', headers })
const field = (name: string, value: string) => (received: ReceivedRequest) => {
  const got = received.values(name).join(', ')
  return got === value ? undefined : `${name}: ${got}`
}
const PREFLIGHT: Fields = [
  ['Origin', 'https://app.example'],
  ['Access-Control-Request-Method', 'POST'],
]

const ALLOWED: readonly Row[] = [
  [
    'a valid token',
    orders(),
    allowed('alice', (received) =>
      received.values('x-decision-id').length === 1 ? undefined : 'no decision id',
    ),
    READER,
  ],
  ['a public route', publicPath([]), allowed(undefined)],
  ['HEAD', { method: 'HEAD', target: '/orders/1' }, allowed('alice'), READER],
  ['a method that few servers know', { method: 'PROPFIND', target: '/orders/1' }, allowed('alice'), READER],
  [
    'a body',
    { method: 'POST', target: '/orders/1', body: 'a=b' },
    allowed('alice', ({ body }) => (body === 'a=b' ? undefined : `the body ${body}`)),
    READER,
  ],
  ['a query, byte for byte', { target: '/orders/1?a=b%20c&d=%2F&&e' }, allowed('alice'), READER],
  ['escapes in the path, byte for byte', { target: '/orders/a%20b%c3%a9' }, allowed('alice'), READER],
  ['the host', orders(), allowed('alice', field('host', 'api.example.com')), READER],
  ['the host, with a port', { ...orders(), host: 'api.example.com:8080' }, allowed('alice'), READER],
  [
    'a claim with several values',
    orders(),
    allowed('alice', field('x-auth-roles', 'clerk,admin')),
    (site) => site.mint({ roles: ['clerk', 'admin'] }),
  ],
  [
    'identity of 4 KiB',
    orders(),
    allowed('alice', (received) =>
      received.values('x-auth-roles').join().length === 4_096 ? undefined : 'no roles',
    ),
    (site) => site.mint({ roles: 'r'.repeat(4_096) }),
  ],
  ['a token of 8 KiB', orders(), allowed('alice'), (site) => site.mint({ pad: 'p'.repeat(5_800) })],
  ['a token of 60 KiB', orders(), allowed('alice'), (site) => site.mint({ pad: 'p'.repeat(45_000) })],
  [
    'a preflight, where the route allows it',
    { method: 'OPTIONS', target: '/items/1', headers: PREFLIGHT },
    allowed(undefined),
  ],
  [
    'the client’s address, and not one that it claims',
    orders([['X-Forwarded-For', '198.51.100.7']]),
    allowed('alice', (received) =>
      /^127\.0\.0\.1$/.test(received.values('x-forwarded-for').join())
        ? undefined
        : `X-Forwarded-For: ${received.values('x-forwarded-for').join()}`,
    ),
    READER,
  ],
]

const DENIED: readonly Row[] = [
  ['no token', orders(), denied(401, 'token_missing')],
  ['text that is no token', orders(), denied(401, 'token_malformed'), () => 'x'],
  [
    '`alg: none`',
    orders(),
    denied(401, 'alg_not_allowed', 'token_malformed'),
    (site) => unsigned(site.mint()),
  ],
  [
    'a tampered signature',
    orders(),
    denied(401, 'signature_invalid'),
    (site) => `${site.mint().slice(0, -6)}AAAAAA`,
  ],
  ['an expired token', orders(), denied(401, 'token_expired'), (site) => site.mint({ exp: 1 })],
  ['another audience', orders(), denied(401, 'audience_mismatch'), (site) => site.mint({ aud: 'other' })],
  [
    'another issuer',
    orders(),
    denied(401, 'issuer_unknown'),
    (site) => site.mint({ iss: 'https://evil.example' }),
  ],
  ['a missing scope', orders(), denied(403, 'scope_missing'), (site) => site.mint({ scope: 'other' })],
  [
    'a method with its own rule',
    { method: 'DELETE', target: '/items/1' },
    denied(403, 'scope_missing'),
    READER,
  ],
  ['a method without a route', { method: 'PATCH', target: '/items/1' }, denied(403, 'no_route'), READER],
  ['a path without a route', { target: '/elsewhere' }, denied(403, 'no_route'), READER],
  ['a closed path', { target: '/closed/1' }, denied(403, 'route_denied'), READER],
  [
    'keys that cannot be had',
    orders(),
    denied(503, 'keys_unavailable'),
    (site) => site.mint({ iss: 'https://late.example.test' }),
  ],
  [
    'two Authorization fields',
    orders([['Authorization', 'Bearer x']]),
    denied(401, 'token_multiple'),
    READER,
  ],
  [
    'two tokens in one field',
    orders(),
    denied(401, 'token_multiple'),
    (site) => `${site.mint()}, Bearer ${site.mint()}`,
  ],
  [
    'a preflight, where the route judges it',
    { method: 'OPTIONS', target: '/orders/1', headers: PREFLIGHT },
    denied(401, 'token_missing'),
  ],
  [
    'a preflight with a cookie',
    { method: 'OPTIONS', target: '/items/1', headers: [...PREFLIGHT, ['Cookie', 'a=b']] },
    denied(403, 'no_route'),
  ],
  ['OPTIONS that is no preflight', { method: 'OPTIONS', target: '/items/1' }, denied(403, 'no_route')],
  ['another host', { ...orders(), host: 'other.example' }, BLOCKED, READER],
  ['`Connection: Authorization`', orders([['Connection', 'close, Authorization']]), allowed('alice'), READER],
]

function unsigned(token: string): string {
  const [, payload = ''] = token.split('.')
  return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
}

const SPELLINGS: readonly (readonly [how: string, fields: Fields])[] = [
  ['as it is configured', [['X-Auth-Subject', PLANTED]]],
  ['in lower case', [['x-auth-subject', PLANTED]]],
  ['with underscores', [['X_Auth_Subject', PLANTED]]],
  ['with dots', [['X.Auth.Subject', PLANTED]]],
  [
    'twice',
    [
      ['X-Auth-Subject', PLANTED],
      ['x-auth-subject', PLANTED],
    ],
  ],
  [
    'named in `Connection`',
    [
      ['X-Auth-Subject', PLANTED],
      ['Connection', 'close, X-Auth-Subject'],
    ],
  ],
]
/** A proxy may refuse the request instead. */
const SPOOFED: readonly Row[] = SPELLINGS.flatMap(([how, fields]): readonly Row[] => [
  [`an identity header of the client, ${how}`, orders(fields), allowed('alice'), READER],
  [`the same on a public route, ${how}`, publicPath(fields), allowed(undefined)],
])

const OVERRIDES = [...OVERRIDE_FIELDS.map(({ name }) => name), ...PROXY_FIELDS]
const planted = (names: readonly string[]): Fields => names.map((name) => [name, PLANTED])
/** So that one request stays below the limit of fields of every proxy. */
const PER_REQUEST = 50
const overrides = (how: string, spell: (name: string) => string): readonly Row[] => {
  const parts = Math.ceil(OVERRIDES.length / PER_REQUEST)
  return Array.from({ length: parts }, (_, part): Row => {
    const names = OVERRIDES.slice(part * PER_REQUEST, (part + 1) * PER_REQUEST)
    const title = `fields that describe another request, ${how} (${part + 1} of ${parts})`
    return [title, orders(planted(names.map(spell))), allowed('alice'), READER]
  })
}

const ORIGINS: readonly Row[] = [
  [
    '`X-Original-URL` of the client',
    {
      target: '/closed/1',
      headers: [
        ['X-Original-URL', 'http://api.example.com/orders/1'],
        ['X-Original-Method', 'GET'],
      ],
    },
    denied(403, 'route_denied'),
    READER,
  ],
  [
    '`X-Forwarded-Uri` of the client',
    {
      target: '/closed/1',
      headers: [
        ['X-Forwarded-Uri', '/orders/1'],
        ['X-Forwarded-Host', 'api.example.com'],
      ],
    },
    denied(403, 'route_denied'),
    READER,
  ],
  [
    '`X-Forwarded-Uri` with underscores',
    { target: '/closed/1', headers: [['X_Forwarded_Uri', '/orders/1']] },
    denied(403, 'route_denied'),
    READER,
  ],
  [
    '`X-Forwarded-Method` of the client',
    { method: 'DELETE', target: '/items/1', headers: [['X-Forwarded-Method', 'GET']] },
    denied(403, 'scope_missing'),
    READER,
  ],
  [
    '`X-HTTP-Method-Override`',
    { method: 'DELETE', target: '/items/1', headers: [['X-HTTP-Method-Override', 'GET']] },
    denied(403, 'scope_missing'),
    READER,
  ],
  [
    '`Connection` that names the fields of the question',
    {
      target: '/closed/1',
      headers: [['Connection', 'close, X-Forwarded-Uri, X-Original-URL, X-Forwarded-Method']],
    },
    denied(403, 'route_denied'),
    READER,
  ],
  [
    'a policy in the query',
    { target: '/closed/1?policy=read&uri=/orders/1' },
    denied(403, 'route_denied'),
    READER,
  ],
]

const AMBIGUOUS = denied(403, 'path_ambiguous', 'route_denied', 'no_route')
const PATHS: readonly Row[] = [
  '//closed/1',
  '/orders//../closed/1',
  '/orders/../closed/1',
  '/orders/%2e%2e/closed/1',
  '/orders/..%2fclosed/1',
  '/orders/..;/closed/1',
  '/orders/..%5cclosed/1',
  '/orders/..\\closed/1',
  '/CLOSED/1',
  '/%63losed/1',
  '/closed%2f1',
  '/closed;a=b/1',
  '/closed%00/1',
  '/./closed/1',
].map((target): Row => [`the path \`${target}\``, { target }, AMBIGUOUS, READER])

const ODD: readonly Row[] = [
  ['an absolute target of the same host', { target: 'http://api.example.com/closed/1' }, BLOCKED, READER],
  ['an absolute target of another host', { target: 'http://other.example/orders/1' }, BLOCKED, READER],
  ['a target that is no path', { target: 'orders/1' }, BLOCKED, READER],
  ['a fragment', { target: '/orders/1#/closed/1' }, BLOCKED, READER],
  ['`delete` in lower case', { method: 'delete', target: '/items/1' }, BLOCKED, READER],
  ['TRACE', { method: 'TRACE', target: '/orders/1' }, BLOCKED, READER],
  ['CONNECT', { method: 'CONNECT', target: 'api.example.com:80' }, BLOCKED, READER],
  ['two Host fields', orders([['Host', 'other.example']]), BLOCKED, READER],
]

export const REQUEST_CASES: readonly RequestCase[] = [
  ...ALLOWED,
  ...DENIED,
  ...SPOOFED,
  ...overrides('as they are usually written', (name) => name),
  ...overrides('with underscores', (name) => name.replaceAll('-', '_')),
  ...overrides('with dots', (name) => name.replaceAll('-', '.')),
  ...ORIGINS,
  ...PATHS,
  ...ODD,
].map(toCase)
