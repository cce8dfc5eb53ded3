import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { exchange, statusesOf } from '../../support/raw-http.ts'
import {
  gatewayConfig,
  runGateway,
  startRawUpstream,
  type RawUpstream,
  type RunningGateway,
} from '../../support/run-gateway.ts'

const cleanup = createCleanup()
let app: RawUpstream
let gateway: RunningGateway
let seenBefore = ''

beforeAll(async () => {
  app = await startRawUpstream(cleanup)
  gateway = await runGateway(gatewayConfig([app.url]), cleanup)
})
afterAll(() => cleanup.run())
beforeEach(() => (seenBefore = app.bytes()))

/** A second request that hides behind the first: what smuggling wants to get through. */
const HIDDEN = 'GET /orders/smuggled HTTP/1.1\r\nHost: a\r\nX-Auth-Subject: root\r\n\r\n'
const post = (...lines: readonly string[]): string =>
  `POST /public/x HTTP/1.1\r\nHost: a\r\n${lines.join('\r\n')}\r\n\r\n`
const get = (target: string, ...lines: readonly string[]): string =>
  `GET ${target} HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`

type Attack = readonly [what: string, bytes: string, status: number]

const FRAMING: readonly Attack[] = [
  ['CL.TE', post('Content-Length: 5', 'Transfer-Encoding: chunked') + `0\r\n\r\n${HIDDEN}`, 400],
  ['TE.CL', post('Transfer-Encoding: chunked', 'Content-Length: 5') + `0\r\n\r\n${HIDDEN}`, 400],
  ['TE.TE with a second one', post('Transfer-Encoding: chunked', 'Transfer-Encoding: x') + HIDDEN, 501],
  ['two equal lengths', post('Content-Length: 0', 'Content-Length: 0') + HIDDEN, 400],
  ['two different lengths', post('Content-Length: 0', `Content-Length: ${HIDDEN.length}`) + HIDDEN, 400],
  ['a list of lengths', post('Content-Length: 0, 0') + HIDDEN, 400],
  ['a negative length', post('Content-Length: -1') + HIDDEN, 400],
  ['a length with a sign', post('Content-Length: +0') + HIDDEN, 400],
  ['a length in hexadecimal', post('Content-Length: 0x0') + HIDDEN, 400],
  ['an empty length', post('Content-Length:') + HIDDEN, 400],
  ['a length beyond every integer', post('Content-Length: 99999999999999999999') + HIDDEN, 400],
  ['xchunked', post('Transfer-Encoding: xchunked') + `0\r\n\r\n${HIDDEN}`, 501],
  ['chunked, identity', post('Transfer-Encoding: chunked, identity') + `0\r\n\r\n${HIDDEN}`, 501],
  ['gzip, chunked', post('Transfer-Encoding: gzip, chunked') + `0\r\n\r\n${HIDDEN}`, 501],
  ['a quoted chunked', post('Transfer-Encoding: "chunked"') + `0\r\n\r\n${HIDDEN}`, 501],
  ['a space before the colon', post('Transfer-Encoding : chunked') + `0\r\n\r\n${HIDDEN}`, 400],
  ['a tab before the colon', post('Content-Length\t: 0') + HIDDEN, 400],
  ['a folded field', post('X: a', ' Content-Length: 5') + HIDDEN, 400],
  ['a folded Transfer-Encoding', post('Transfer-Encoding:', ' chunked') + `0\r\n\r\n${HIDDEN}`, 400],
  ['a bare LF after a field', post('X: a\nTransfer-Encoding: chunked') + `0\r\n\r\n${HIDDEN}`, 400],
  ['a bare CR in a field', post('X: a\rTransfer-Encoding: chunked') + `0\r\n\r\n${HIDDEN}`, 400],
  ['NUL in a field', post('X: a\0b') + HIDDEN, 400],
  ['a vertical tab in Transfer-Encoding', post('Transfer-Encoding:\x0bchunked') + HIDDEN, 400],
  [
    'Transfer-Encoding in HTTP/1.0',
    `${post('Transfer-Encoding: chunked').replace('1.1', '1.0')}0\r\n\r\n${HIDDEN}`,
    400,
  ],
  ['an empty field name', post(': a') + HIDDEN, 400],
  ['a field without colon', post('Content-Length') + HIDDEN, 400],
  ['a non-ASCII field name', post('Content-Leng\xf4h: 5') + HIDDEN, 400],
]

const REQUESTS: readonly Attack[] = [
  ['absolute form', get('http://a/public/x'), 400],
  ['absolute form with another host', get('http://evil.example/public/x'), 400],
  ['a fragment', get('/public/x#/orders'), 400],
  ['asterisk form', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['authority form', 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ['TRACE', 'TRACE /public/x HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ['TRACE in another letter case', 'trace /public/x HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ['CONNECT in another letter case', 'Connect a:443 HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ['a space in the target', get('/public/x y'), 400],
  ['a tab in the target', get('/public/\tx'), 400],
  ['raw UTF-8 in the target', get('/public/\xc3\xa9'), 400],
  ['HTTP/0.9', 'GET /public/x\r\n\r\n', 400],
  ['HTTP/2.0', get('/public/x').replace('HTTP/1.1', 'HTTP/2.0'), 505],
  ['HTTP/1.10', get('/public/x').replace('HTTP/1.1', 'HTTP/1.10'), 400],
  ['a lower-case version', get('/public/x').replace('HTTP/1.1', 'http/1.1'), 400],
  ['two spaces in the request line', get(' /public/x'), 400],
  ['many empty lines before it', `${'\r\n'.repeat(5)}${get('/public/x')}`, 400],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  ['a TLS hello', '\x16\x03\x01\x02\x00\r\n\r\n', 400],
  ['no Host', 'GET /public/x HTTP/1.1\r\n\r\n', 400],
  ['two Hosts', get('/public/x', 'Host: b'), 400],
  ['a list of Hosts', get('/public/x').replace('Host: a', 'Host: a, b'), 400],
  ['a Host with a path', get('/public/x').replace('Host: a', 'Host: a/b'), 400],
  ['a Host with a user', get('/public/x').replace('Host: a', 'Host: u@a'), 400],
  ['an unknown expectation', get('/public/x', 'Expect: 200-ok'), 417],
  ['101 fields', get('/public/x', ...Array.from({ length: 101 }, (_, i) => `X-${i}: 1`)), 431],
  ['a field of 1 MiB', get('/public/x', `X: ${'a'.repeat(1_048_576)}`), 431],
  ['a target of 1 MiB', get(`/public/${'a'.repeat(1_048_576)}`), 431],
]

describe('a request with more than one reading', () => {
  for (const [what, bytes, status] of [...FRAMING, ...REQUESTS]) {
    it(`is ${status}, ends the connection, and no byte of it gets through: ${what}`, async () => {
      const { text } = await exchange(gateway.port, bytes, () => false)
      expect(statusesOf(text)).toEqual([status])
      expect(text.toLowerCase()).toContain('connection: close')
      expect(app.bytes()).toBe(seenBefore)
    })
  }
})

const CHUNKS: readonly (readonly [what: string, body: string])[] = [
  ['no size', '\r\nabc\r\n0\r\n\r\n'],
  ['a negative size', '-1\r\nabc\r\n0\r\n\r\n'],
  ['a size with 0x', '0x3\r\nabc\r\n0\r\n\r\n'],
  ['a size that overflows', 'ffffffffffffffff3\r\nabc\r\n0\r\n\r\n'],
  ['a size followed by LF alone', '3\nabc\r\n0\r\n\r\n'],
  ['a size followed by CR CR LF', '3\r\r\nabc\r\n0\r\n\r\n'],
  ['content longer than its size', '3\r\nabcd\r\n0\r\n\r\n'],
  ['content followed by LF alone', '3\r\nabc\n0\r\n\r\n'],
  ['a bare CR in an extension', '3;a=\rb\r\nabc\r\n0\r\n\r\n'],
  ['an endless extension', `3;${'a'.repeat(10_000)}\r\nabc\r\n0\r\n\r\n`],
  ['endless trailers', `0\r\n${'X: 1\r\n'.repeat(10_000)}\r\n`],
  ['a last chunk that ends with LF alone', '0\r\n\n'],
]

describe('a chunked body that is broken', () => {
  for (const [what, body] of CHUNKS) {
    it(`is 400, and what follows it is not taken for a request: ${what}`, async () => {
      const before = app.received.length
      const { text } = await exchange(
        gateway.port,
        post('Transfer-Encoding: chunked') + body + HIDDEN,
        () => false,
      )
      expect(statusesOf(text)).toEqual([400])
      expect(app.bytes().slice(seenBefore.length)).not.toContain('smuggled')
      // Its framing was never completed, so no server took it for a request.
      expect(app.received.length).toBe(before)
    })
  }
})

describe('bytes that look like a request', () => {
  it('are judged as one behind a complete request', async () => {
    const { text } = await exchange(gateway.port, get('/public/x') + HIDDEN, (all) => all.endsWith('}\n'))
    expect(statusesOf(text)).toEqual([200, 401])
    expect(app.bytes().slice(seenBefore.length)).not.toContain('smuggled')
  })

  it('are a body within one', async () => {
    const before = app.received.length
    const bytes = post(`Content-Length: ${HIDDEN.length}`) + HIDDEN
    const { text } = await exchange(gateway.port, bytes, (all) => all.endsWith('ok'))
    expect(statusesOf(text)).toEqual([200])
    expect(app.received.slice(before).map(({ target, body }) => [target, body])).toEqual([
      ['/public/x', HIDDEN],
    ])
  })

  it('are not read behind a denial whose body was not read', async () => {
    const denied = `POST /orders/x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n`
    const { text } = await exchange(gateway.port, denied + get('/public/x'), () => false)
    expect(statusesOf(text).length).toBeLessThanOrEqual(2)
    expect(statusesOf(text)[0]).toBe(401)
    expect(app.bytes()).toBe(seenBefore)
  })

  it('are not a request when a WebSocket was asked for and refused', async () => {
    const upgrade = get('/public/x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x')
    const { text } = await exchange(gateway.port, upgrade + HIDDEN, (all) => all.endsWith('}\n'))
    expect(statusesOf(text)).toEqual([200, 401])
    expect(app.bytes().slice(seenBefore.length)).not.toContain('smuggled')
  })
})
