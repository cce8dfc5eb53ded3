/** Holes of a guard for paths, hosts, methods, upgrades and bodies. */
import { bearer, hasToken, isAt, type Leak } from './leak.ts'
import { denial } from './leaky-guard.ts'

const isFolded =
  (pattern: RegExp) =>
  (name: string): boolean =>
    pattern.test(name)

/** One hole each. */
export const REQUEST_LEAKS: readonly Leak[] = [
  {
    name: 'guards only paths that begin with one slash',
    hole: { allows: isAt(/^\/\//) },
    fails: ['path-slashes'],
  },
  {
    name: 'guards only paths without dots',
    hole: { allows: isAt(/^\/(?:\.|warder-doctor\/\.\.)/) },
    fails: ['path-dots'],
  },
  {
    name: 'guards only paths without an encoded slash',
    hole: { allows: isAt(/%2f/) },
    fails: ['path-encoded-slash'],
  },
  {
    name: 'guards only paths without encoded letters',
    hole: { allows: isAt(/^\/%6f/) },
    fails: ['path-encoded-letter'],
  },
  { name: 'guards only paths without parameters', hole: { allows: isAt(/;/) }, fails: ['path-semicolon'] },
  { name: 'guards only paths without a backslash', hole: { allows: isAt(/\\/) }, fails: ['path-backslash'] },
  { name: 'guards only paths without NUL', hole: { allows: isAt(/%00/) }, fails: ['path-control'] },
  { name: 'guards only paths without a fragment', hole: { allows: isAt(/#/) }, fails: ['path-fragment'] },
  {
    name: 'guards only paths in lower case',
    hole: { allows: isAt(/^\/ORDERS/) },
    fails: ['path-letter-case'],
  },
  {
    name: 'with the token, passes paths that it does not understand',
    hole: { allows: (one) => hasToken(one) && isAt(/%2f|;/)(one) },
    fails: ['path-encoded-slash', 'path-semicolon'],
  },
  {
    name: 'takes a second Host for a public site',
    hole: { allows: (one) => one.values('host')[1] === 'warder-doctor.invalid' },
    fails: ['two-hosts'],
  },
  { name: 'passes absolute URLs', hole: { allows: isAt(/^http:/) }, fails: ['absolute-form'] },
  {
    name: 'judges the URL, and passes on the Host of the client',
    hole: {
      allows: (one) => hasToken(one) && isAt(/^http:/)(one),
      passes: (name, value) => name === 'Host' && value === 'warder-doctor.invalid',
      rewrites: (target) => target.replace(/^http:\/\/[^/]*/, ''),
    },
    fails: ['absolute-form'],
  },
  {
    name: 'does not know `get`',
    hole: { allows: ({ method }) => method === 'get' },
    fails: ['method-letter-case'],
  },
  {
    name: 'with the token, passes every method',
    hole: { allows: (one) => hasToken(one) && /^(?:get|Get|gET)$/.test(one.method) },
    fails: ['method-letter-case'],
  },
  {
    name: 'with the token, passes TRACE',
    hole: { allows: (one) => hasToken(one) && one.method === 'TRACE' },
    fails: ['trace'],
  },
  {
    name: 'answers TRACE',
    hole: {
      answers: (one) =>
        one.method === 'TRACE' ? 'HTTP/1.1 200 OK\r\n\r\nTRACE /orders/1 HTTP/1.1\r\n' : undefined,
    },
    fails: ['trace'],
  },
  {
    name: 'passes OPTIONS',
    hole: { allows: ({ method }) => method === 'OPTIONS' },
    fails: ['preflight', 'false-preflight'],
  },
  {
    name: 'passes what announces a method',
    hole: { allows: (one) => one.values('access-control-request-method').length > 0 },
    fails: ['preflight', 'false-preflight'],
  },
  { name: 'passes on any Upgrade', hole: { passes: isFolded(/^upgrade$/i) }, fails: ['upgrade'] },
  {
    name: 'changes to any protocol',
    hole: {
      answers: (one) =>
        one.values('upgrade').includes('h2c') ? 'HTTP/1.1 101 Switching Protocols\r\n\r\n' : undefined,
    },
    fails: ['upgrade'],
  },
  {
    name: 'opens WebSockets to everybody',
    hole: { allows: (one) => one.values('upgrade').join() === 'websocket' },
    fails: ['websocket'],
  },
  {
    name: 'with the token, passes on both framings',
    hole: {
      allows: (one) => hasToken(one) && one.method === 'POST' && one.target === '/orders/1',
      passes: (name, _, one) => one.method === 'POST' && /^(?:content-length|transfer-encoding)$/i.test(name),
    },
    fails: ['two-framings'],
  },
  {
    name: 'lets clients ask Warder',
    hole: { answers: ({ target }) => (target === '/v1/auth/nginx' ? denial('origin_missing') : undefined) },
    fails: ['own-endpoints'],
  },
  {
    name: 'returns what Warder allows',
    hole: {
      answers: (one) =>
        one.target === '/_warder' && hasToken(one)
          ? 'HTTP/1.1 200 OK\r\nX-Decision-Id: 1\r\nX-Auth-Subject: alice\r\nContent-Length: 0\r\n\r\n'
          : undefined,
    },
    fails: ['own-endpoints'],
  },
  {
    name: 'passes tokens that are too large to check',
    hole: { allows: (one) => bearer(one).length > 16_000 },
    fails: ['token-size'],
  },
]
