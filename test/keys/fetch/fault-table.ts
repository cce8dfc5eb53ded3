/** Every way in which an issuer can fail, and what must come of it. */
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { chunked, drip, head, send, sendAndReset, sendAndStall, sendEndless, whole } from './fault-server.ts'
import type { Behaviour } from './fault-server.ts'
import { keyPair, publicJwk } from '../key-pairs.ts'
import { jwk } from '../refresh/remote-harness.ts'

export interface Fault {
  readonly name: string
  readonly behaviour: Behaviour | 'closed'
  /** The fetch ends at its deadline only. */
  readonly stalls?: true
  /** What the next try waits for in milliseconds, in the place of the first backoff. */
  readonly retryMs?: number
  /** The server asked to be left alone: an unknown kid causes no fetch either. */
  readonly isQuiet?: true
  /** Most bytes that the server can send before the connection is closed. */
  readonly maxSent?: number
}

const SET = JSON.stringify({ keys: [jwk('a'), jwk('evil')] })
const JSON_TYPE = 'Content-Type: application/json'
const MIB = 1024 ** 2
/** What the kernel buffers of both sides may take on top of what was read. */
const IN_FLIGHT = 16 * MIB

const refused = (status: string, body = '', ...fields: readonly string[]): Fault => ({
  name: `status ${[status, ...fields].join(', ')}`,
  behaviour: send(whole(status, body, ...fields)),
})
const body = (name: string, bytes: string | Uint8Array, ...fields: readonly string[]): Fault => ({
  name,
  behaviour: send(whole('200 OK', bytes, JSON_TYPE, ...fields)),
})
const busy = (retryAfter: string, retryMs: number, isQuiet: boolean): Fault => ({
  ...refused('429 Too Many Requests', '', `Retry-After: ${retryAfter}`),
  retryMs,
  ...(isQuiet ? { isQuiet: true } : {}),
})
const raw = (name: string, ...parts: readonly string[]): Fault => ({ name, behaviour: send(...parts) })

const CONNECTION: readonly Fault[] = [
  { name: 'a refused connection', behaviour: 'closed' },
  { name: 'a reset at once', behaviour: { onConnect: (socket) => void socket.resetAndDestroy() } },
  { name: 'a close at once', behaviour: { onConnect: (socket) => void socket.end() } },
  { name: 'a reset after the request', behaviour: sendAndReset(' ') },
  raw('a close after the request', ''),
  { name: 'a reset in the status line', behaviour: sendAndReset('HTTP/1.1 20') },
  raw('a close in the status line', 'HTTP/1.1 20'),
  { name: 'a reset in the header fields', behaviour: sendAndReset('HTTP/1.1 200 OK\r\nContent-Le') },
  raw('a close in the header fields', 'HTTP/1.1 200 OK\r\nContent-Le'),
  { name: 'a reset before the body', behaviour: sendAndReset(head('200 OK', 'Content-Length: 900')) },
  {
    name: 'a reset in the body',
    behaviour: sendAndReset(head('200 OK', 'Content-Length: 900') + SET.slice(0, 40)),
  },
  raw('a close in the body', head('200 OK', 'Content-Length: 900'), SET.slice(0, 40)),
  raw('a close within a chunk', head('200 OK', 'Transfer-Encoding: chunked'), '100\r\n{"keys":'),
  raw('a close between chunks', head('200 OK', 'Transfer-Encoding: chunked'), '8\r\n{"keys":\r\n'),
]

const SLOW: readonly Fault[] = [
  { name: 'silence', behaviour: sendAndStall(''), stalls: true },
  { name: 'silence in the header fields', behaviour: sendAndStall('HTTP/1.1 200 OK\r\nConte'), stalls: true },
  {
    name: 'silence after the header fields',
    behaviour: sendAndStall(head('200 OK', 'Content-Length: 9')),
    stalls: true,
  },
  { name: 'silence in the body', behaviour: sendAndStall(head('200 OK') + SET.slice(0, -9)), stalls: true },
  {
    name: 'silence after 100 Continue',
    behaviour: sendAndStall('HTTP/1.1 100 Continue\r\n\r\n'),
    stalls: true,
  },
  { name: 'a slow drip', behaviour: drip(`${head('200 OK')}${' '.repeat(90_000)}`), stalls: true },
]

const STATUS: readonly Fault[] = [
  refused('500 Internal Server Error', SET),
  refused('502 Bad Gateway', '<html>bad gateway</html>'),
  refused('503 Service Unavailable', ''),
  { ...refused('503 Service Unavailable', '', 'Retry-After: 30'), retryMs: 30_000, isQuiet: true },
  busy('120', 120_000, true),
  busy('0', 750, true),
  busy('86400', 600_000, true),
  busy('99999999999', 750, false),
  busy('-5', 750, false),
  busy('soon', 750, false),
  busy('2027-01-15', 750, false),
  // The clock of the tests stands at 2027-01-15T08:00:00Z, and a refresh comes ten minutes later.
  busy('Fri, 15 Jan 2027 08:11:00 GMT', 60_000, true),
  busy('Fri, 15 Jan 2027 07:00:00 GMT', 750, true),
  refused('404 Not Found', SET),
  refused('401 Unauthorized', SET),
  refused('403 Forbidden', SET),
  refused('410 Gone', SET),
  refused('201 Created', SET),
  refused('202 Accepted', SET),
  refused('203 Non-Authoritative Information', SET),
  refused('206 Partial Content', SET),
  raw('status 204', head('204 No Content')),
  raw('status 304 that nobody asked for', head('304 Not Modified')),
  refused('300 Multiple Choices', SET, 'Location: /other'),
  refused('301 Moved Permanently', SET, 'Location: https://evil.example/jwks'),
  refused('302 Found', SET, 'Location: /jwks'),
  refused('307 Temporary Redirect', '', 'Location: http://169.254.169.254/'),
  refused('308 Permanent Redirect', SET),
  refused('999 Odd', SET),
]

const NOT_HTTP: readonly Fault[] = [
  raw('the banner of another protocol', 'SSH-2.0-OpenSSH_10.0\r\n'),
  { name: 'a TLS alert', behaviour: send(new Uint8Array([0x15, 3, 3, 0, 2, 2, 0x46])) },
  raw('a body without a head', SET),
  raw('an endless status line', `HTTP/1.1 200 ${'K'.repeat(200_000)}\r\n\r\n`),
]

const FRAMING: readonly Fault[] = [
  raw('a length that is too short', head('200 OK', `Content-Length: ${SET.length - 5}`), SET),
  raw('a length that is too long', head('200 OK', `Content-Length: ${SET.length + 5}`), SET),
  raw('a negative length', head('200 OK', 'Content-Length: -1'), SET),
  raw(
    'a chunk size that is none',
    head('200 OK', 'Transfer-Encoding: chunked'),
    `xyz\r\n${SET}\r\n0\r\n\r\n`,
  ),
  raw(
    'a chunk size beyond all numbers',
    head('200 OK', 'Transfer-Encoding: chunked'),
    `${'f'.repeat(40)}\r\n${SET}`,
  ),
  raw(
    'chunks where the last is missing',
    head('200 OK', 'Transfer-Encoding: chunked'),
    chunked(SET).slice(0, -5),
  ),
]

const BODY: readonly Fault[] = [
  body('HTML', '<!doctype html><title>Sign in</title>', 'Content-Type: text/html'),
  body('an empty body', ''),
  body('truncated JSON', SET.slice(0, -3)),
  body('trailing JSON', `${SET}{}`),
  body('trailing text', `${SET} ok`),
  body('a byte order mark', `\u{feff}${SET}`),
  body('UTF-16', Buffer.from(SET, 'utf16le'), 'Content-Type: application/json; charset=utf-16'),
  body('bytes that are not UTF-8', Buffer.concat([Buffer.from(SET.slice(0, -1)), Buffer.from([0xff, 0x7d])])),
  body('a NUL', `${SET}\0`),
  body('gzip that is not declared', gzipSync(SET)),
  body('gzip', gzipSync(SET), 'Content-Encoding: gzip'),
  body('brotli', brotliCompressSync(SET), 'Content-Encoding: br'),
  { ...body('a gzip bomb', gzipSync(Buffer.alloc(50 * MIB, ' ')), 'Content-Encoding: gzip'), maxSent: MIB },
  body('an encoding that does not exist', SET, 'Content-Encoding: rot13'),
  body('an array', '[]'),
  body('null', 'null'),
  body('deep nesting', '['.repeat(90_000)),
  body('an error with status 200', '{"error":"temporarily_unavailable"}'),
  body('keys that are no array', '{"keys":{"0":1}}'),
  body('an empty set', '{"keys":[]}'),
  body('keys that are no objects', '{"keys":[null,1,"a",[]]}'),
  body(
    'only unusable keys',
    JSON.stringify({
      keys: [
        { kty: 'oct', k: 'AA' },
        { ...jwk('evil'), use: 'enc' },
      ],
    }),
  ),
  body('keys of another type', JSON.stringify({ keys: [publicJwk(keyPair('ed25519'), { kid: 'evil' })] })),
  body('10,000 keys', JSON.stringify({ keys: Array.from({ length: 10_000 }, () => ({})) })),
]

const SIZE: readonly Fault[] = [
  {
    name: '50 MB, declared',
    behaviour: sendEndless(head('200 OK', `Content-Length: ${50 * MIB}`), ' '.repeat(65_536), 50 * MIB),
    maxSent: IN_FLIGHT,
  },
  {
    name: '50 MB, not declared',
    behaviour: sendEndless(head('200 OK'), ' '.repeat(65_536), 50 * MIB),
    maxSent: IN_FLIGHT,
  },
  {
    name: '50 MB in chunks',
    behaviour: sendEndless(
      head('200 OK', 'Transfer-Encoding: chunked'),
      `10000\r\n${' '.repeat(65_536)}\r\n`,
      50 * MIB,
    ),
    maxSent: IN_FLIGHT,
  },
]

export const FAULTS: readonly Fault[] = [
  ...CONNECTION,
  ...SLOW,
  ...STATUS,
  ...NOT_HTTP,
  ...FRAMING,
  ...BODY,
  ...SIZE,
]

/** Answers that are odd and still good: who refuses them has an outage for nothing. */
export const ODDITIES: readonly (readonly [string, Behaviour])[] = [
  ['no length, closed at the end', send(head('200 OK'), SET)],
  ['chunks', send(head('200 OK', 'Transfer-Encoding: chunked'), chunked(SET.slice(0, 9), SET.slice(9)))],
  ['HTTP/1.0', send('HTTP/1.0 200 OK\r\n\r\n', SET)],
  ['no reason phrase', send('HTTP/1.1 200\r\nConnection: close\r\n\r\n', SET)],
  ['a wrong content type', send(whole('200 OK', SET, 'Content-Type: text/html'))],
  ['a wrong charset', send(whole('200 OK', SET, 'Content-Type: application/json; charset=utf-16'))],
  [
    'fields twice',
    send(
      whole('200 OK', SET, 'Cache-Control: max-age=300', 'Cache-Control: public', 'ETag: "1"', 'ETag: "2"'),
    ),
  ],
  ['white space around', send(whole('200 OK', `\r\n ${SET}\n\n`))],
  ['103 Early Hints before it', send('HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n', whole('200 OK', SET))],
  ['Retry-After without need', send(whole('200 OK', SET, 'Retry-After: 9999'))],
  ['more after the length', send(whole('200 OK', SET), 'HTTP/1.1 500 Smuggled\r\n\r\n')],
]
