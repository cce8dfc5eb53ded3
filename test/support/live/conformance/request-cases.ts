/** Cases of one request each. */
import { networkInterfaces } from 'node:os'
import type { ReceivedRequest } from '../echo-app.ts'
import {
  allowed,
  BLOCKED,
  denied,
  orders,
  publicPath,
  READER,
  type Fields,
  type RequestCase,
  type Row,
} from './conformance-case.ts'
import { SPOOFING_CASES } from './spoofing-cases.ts'

const toCase = ([title, request, expected, token]: Row): RequestCase => ({
  title,
  request,
  expected,
  ...(token && { token }),
})

const field = (name: string, value: string) => (received: ReceivedRequest) => {
  const got = received.values(name).join(', ')
  return got === value ? undefined : `${name}: ${got}`
}
const PREFLIGHT: Fields = [
  ['Origin', 'https://app.example'],
  ['Access-Control-Request-Method', 'POST'],
]

/** Of this machine, where the client is: Envoy writes another one for loopback. */
const OWN_ADDRESSES: ReadonlySet<string> = new Set(
  Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address)),
)

/** A claim that no proxy may take for a variable, a command or a quote of its own. */
const VARIABLES = [
  '{http.reverse_proxy.header.X-Decision-Id}',
  '{http.request.uri}{env.HOME}',
  '$host${HOSTNAME}',
  '%[src]%{req:Host}%REQ(:path)%%DOWNSTREAM_REMOTE_ADDRESS%%s%n',
  '{{.Host}}{{env"HOME"}}',
  `"'\`\\\\1;#`,
].join('|')

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
    'identity in the syntax of every proxy',
    orders(),
    allowed('alice', field('x-auth-roles', VARIABLES.replaceAll('%', '%25'))),
    (site) => site.mint({ roles: VARIABLES }),
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
      OWN_ADDRESSES.has(received.values('x-forwarded-for').join())
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
  ...SPOOFING_CASES,
  ...PATHS,
  ...ODD,
].map(toCase)
