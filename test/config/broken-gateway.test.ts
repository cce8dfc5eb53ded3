import { describeBroken } from './broken-cases.ts'
import type { Case } from './broken-cases.ts'
import { ISSUER } from './load-text.ts'

const BASE = `${ISSUER}policies: { p: {} }\n`
const upstream = (text: string): string =>
  `${BASE}routes: [{ match: {}, policy: p, upstream: app }]\nupstreams:\n  app: ${text}\n`
const server = (url: string): string => upstream(`{ servers: ["${url}"] }`)
const APP = 'upstreams: { app: { servers: ["http://127.0.0.1:1"] } }\n'
const gateway = (routes: string, listen = '127.0.0.1:8080'): string =>
  `${BASE}listen: { gateway: ${listen} }\n${APP}routes: ${routes}\n`

const GATEWAYS: readonly Case[] = [
  [
    'preflights of a route that asks for nothing',
    gateway('[{ match: {}, access: public, upstream: app, preflight: allow }]'),
    'ERR_CONFIG_USELESS_KEY',
    '9:54',
    'token',
  ],
  [
    'the end of a token that nobody asks for',
    gateway('[{ match: {}, access: public, upstream: app, close_expired: true }]'),
    'ERR_CONFIG_USELESS_KEY',
    '9:54',
    'policy',
  ],
  [
    'the end of a token where a service judges as well',
    gateway(
      '[{ match: {}, all_of: [{ policy: p }, { forward_auth: { url: "http://a.example/x" } }], upstream: app, close_expired: true }]',
    ),
    'ERR_CONFIG_USELESS_KEY',
    '9:112',
    'policy',
  ],
  [
    'an unknown upstream',
    gateway('[{ match: {}, policy: p, upstream: apq }]'),
    'ERR_CONFIG_UNKNOWN_UPSTREAM',
    '9:44',
    'did you mean "app"?',
  ],
  [
    'a route of the gateway without an upstream',
    gateway('[{ match: { path: /a }, policy: p, upstream: app }, { match: {}, policy: p }]'),
    'ERR_CONFIG_ROUTE_UPSTREAM',
    '9:61',
    'upstream: NAME',
  ],
  [
    'a gateway without routes',
    `${ISSUER}listen: { gateway: "127.0.0.1:8080" }\n`,
    'ERR_CONFIG_ROUTE_UPSTREAM',
    '6:20',
    'no upstream',
  ],
  [
    'an upstream of a denial',
    gateway('[{ match: {}, access: deny, upstream: app }]'),
    'ERR_CONFIG_USELESS_KEY',
    '9:37',
    'deny',
  ],
  [
    'a gateway at the address of the decisions',
    gateway('[{ match: {}, policy: p, upstream: app }]', '127.0.0.1:9180'),
    'ERR_CONFIG_ADDRESS_TAKEN',
    '7:20',
    '9180',
  ],
  [
    'a gateway without an address',
    gateway('[{ match: {}, policy: p, upstream: app }]', '{ trusted_proxies: 10.0.0.1 }'),
    'ERR_CONFIG_MISSING_KEY',
    '7:11',
    'address',
  ],
  [
    'a network that is none',
    gateway(
      '[{ match: {}, policy: p, upstream: app }]',
      '{ address: ":80", trusted_proxies: [10.0.0.0/33] }',
    ),
    'ERR_CONFIG_NETWORK',
    '7:56',
    '10.0.0.0/8',
  ],
  ['an upstream without servers', upstream('{}'), 'ERR_CONFIG_MISSING_KEY', '9:3', 'servers'],
  ['an empty list of servers', upstream('{ servers: [] }'), 'ERR_CONFIG_EMPTY_LIST', '9:19', ''],
  ['a server with a path', server('http://a.example/x'), 'ERR_CONFIG_SERVER_URL', '9:20', 'path'],
  ['a server with a slash', server('http://a.example/'), 'ERR_CONFIG_SERVER_URL', '9:20', 'path'],
  ['a server with a query', server('http://a.example?x'), 'ERR_CONFIG_SERVER_URL', '9:20', 'query'],
  ['a server with a user', server('http://u:p@a.example'), 'ERR_CONFIG_SERVER_URL', '9:20', 'user name'],
  ['a server without scheme', server('a.example:80'), 'ERR_CONFIG_SERVER_URL', '9:20', 'http://'],
  ['another scheme', server('ftp://a.example'), 'ERR_CONFIG_SERVER_URL', '9:20', 'http://'],
  ['a server of h2c with a path', server('h2c://a.example/x'), 'ERR_CONFIG_SERVER_URL', '9:20', 'path'],
  ['another version of h2', server('h2://a.example'), 'ERR_CONFIG_SERVER_URL', '9:20', 'h2c://'],
  [
    'HTTP/1.1 with a server of HTTP/2',
    upstream('{ servers: ["h2c://a.example"], protocol: http1 }'),
    'ERR_CONFIG_VALUE',
    '9:50',
    'remove',
  ],
  [
    'a version that nobody chooses',
    upstream('{ servers: ["http://a.example"], protocol: auto }'),
    'ERR_CONFIG_USELESS_KEY',
    '9:41',
    'http2',
  ],
  [
    'an unknown version',
    upstream('{ servers: ["http://a.example"], protocol: h2 }'),
    'ERR_CONFIG_VALUE',
    '9:51',
    'auto',
  ],
  [
    'HTTP/2 without TLS on a listener with it',
    gateway(
      '[{ match: {}, policy: p, upstream: app }]',
      '{ address: "127.0.0.1:8080", self_signed: true, h2c: true }',
    ),
    'ERR_CONFIG_USELESS_KEY',
    '7:68',
    'HTTP/2',
  ],
  [
    'HTTP/2 on a listener that redirects',
    gateway(
      '[{ match: {}, policy: p, upstream: app }]',
      '{ address: "127.0.0.1:8080", redirect: https, h2c: true }',
    ),
    'ERR_CONFIG_USELESS_KEY',
    '7:66',
    'redirect',
  ],
  ['port 0', server('http://a.example:0'), 'ERR_CONFIG_SERVER_URL', '9:20', 'port 0'],
  ['a port beyond 65535', server('http://a.example:70000'), 'ERR_CONFIG_SERVER_URL', '9:20', 'host'],
  ['a relative socket', server('unix:run/app.sock'), 'ERR_CONFIG_SERVER_URL', '9:20', 'absolute'],
  [
    'a weight of nothing',
    upstream('{ servers: [{ url: "http://a.example", weight: 0 }] }'),
    'ERR_CONFIG_RANGE',
    '9:55',
    '1 and 1000',
  ],
  [
    'an unknown balance',
    upstream('{ servers: ["http://a.example"], balance: roundrobin }'),
    'ERR_CONFIG_VALUE',
    '9:50',
    'did you mean "round_robin"?',
  ],
]

describeBroken('a gateway that cannot be meant', GATEWAYS)
