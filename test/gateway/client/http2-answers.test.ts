import { afterEach, expect, it } from 'bun:test'
import { askHttp2, runHttp2Gateway } from '../../support/http2-client.ts'
import { END_HEADERS, END_STREAM, fieldsOf, frame, openFrames } from '../../support/http2-frames.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { OK, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** Header lines that HTTP/1.1 clients are given as they are. */
const ODD_FIELDS: readonly (readonly [name: string, lines: string])[] = [
  ['two ETag', 'ETag: a\r\nETag: b'],
  ['two Content-Type', 'Content-Type: a/b\r\nContent-Type: c/d'],
  ['two Date', 'Date: a\r\nDate: b'],
  ['a field named constructor', 'constructor: a'],
  ['a field named __proto__', '__proto__: a\r\n__proto__: b'],
  ['bytes that are not ASCII', 'X: \xe9\xff'],
  ['an empty value', 'X:'],
  ['a field named status', 'Status: 500'],
  ['a field of 60,000 bytes', `X: ${'~'.repeat(60_000)}`],
]

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n'

/** Trailers of a server, and the frame that has to end the answer. */
const TRAILERS: readonly (readonly [name: string, answer: string, end: string])[] = [
  ['none in an answer of a known length', OK, 'DATA 1 end'],
  ['none in chunks', `${CHUNKED}\r\n`, 'DATA 1 end'],
  ['none that may be sent', `${CHUNKED}Content-Type: a\r\n\r\n`, 'DATA 1 end'],
  ['lines that are none', `${CHUNKED}bad\r\n\r\n`, 'DATA 1 end'],
  ['one', `${CHUNKED}X-Sum: 1\r\n\r\n`, 'HEADERS 1 end'],
  ['two ETag', `${CHUNKED}ETag: a\r\nETag: b\r\n\r\n`, 'HEADERS 1 end'],
  ['one named constructor', `${CHUNKED}constructor: a\r\n\r\n`, 'HEADERS 1 end'],
]

liveSuite('an answer over HTTP/2', ['openssl'], () => {
  for (const [name, lines] of ODD_FIELDS) {
    it(`goes on with ${name}`, async () => {
      const answer = Buffer.from(OK.replace('\r\n', `\r\n${lines}\r\n`), 'latin1')
      const app = await startRawUpstream(cleanup, (_, socket) => void socket.write(answer))
      const session = await (await runHttp2Gateway([app.url], cleanup)).session()
      const got = await askHttp2(session, { ':path': '/public/' })
      expect(got).toMatchObject({ status: 200, body: 'ok', code: 0 })
      for (const line of lines.split('\r\n').slice(0, 1)) {
        const [field = '', ...rest] = line.split(':')
        expect(got.headers[field.toLowerCase()]).toStartWith(rest.join(':').trim())
      }
    })
  }

  for (const [name, answer, end] of TRAILERS) {
    it(`has an end for clients that take trailers, if the server sends ${name}`, async () => {
      const app = await startRawUpstream(cleanup, (_, socket) => void socket.write(answer))
      const gateway = await runHttp2Gateway([app.url], cleanup)
      const client = await openFrames(gateway.port, cleanup)
      client.send(frame('HEADERS', END_HEADERS | END_STREAM, 1, fieldsOf({ te: 'trailers' })))
      await waitFor('the end', () => client.frames().find((found) => found === end))
      expect(client.frames().filter((found) => found.startsWith('RST'))).toEqual([])
    })
  }

  // The head closes such a stream at once, which is not the client leaving.
  for (const [method, status, line] of [
    ['HEAD', 200, '200 OK'],
    ['GET', 204, '204 No Content'],
    ['GET', 304, '304 Not Modified'],
    ['GET', 205, '205 Reset Content'],
    ['POST', 204, '204 No Content'],
  ] as const) {
    it(`${status} to ${method} is whole without a body, and the server’s connection is kept`, async () => {
      const length = status === 204 ? '' : 'Content-Length: 0\r\n'
      const answer = `HTTP/1.1 ${line}\r\n${length}\r\n`
      const app = await startRawUpstream(cleanup, (_, socket) => void socket.write(answer))
      const gateway = await runHttp2Gateway([app.url], cleanup)
      const session = await gateway.session()
      for (let i = 0; i < 3; i++) {
        const body = method === 'POST' ? 'abc' : undefined
        const got = await askHttp2(session, { ':method': method, ':path': '/public/' }, body)
        expect(got).toMatchObject({ status, body: '', code: 0 })
      }
      await waitFor('three lines', () => (gateway.lines.length === 3 ? true : undefined))
      expect(gateway.lines.map(({ fault }) => fault)).toEqual([undefined, undefined, undefined])
      expect(app.connections).toHaveLength(1)
    })
  }

  it('comes to HEAD whose body is empty and ends in a frame of its own', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runHttp2Gateway([app.url], cleanup)
    const client = await openFrames(gateway.port, cleanup)
    const head = frame('HEADERS', END_HEADERS, 1, fieldsOf({ ':method': 'HEAD' }))
    client.send(head, frame('DATA', END_STREAM, 1, Buffer.alloc(0)))
    await waitFor('the end', () => client.frames().find((found) => found === 'HEADERS 1 end'))
  })

  it('205 with a body, which it cannot have, is given to the client without', async () => {
    const app = await startRawUpstream(cleanup, (_, socket) => {
      socket.write('HTTP/1.1 205 Reset Content\r\nContent-Length: 7\r\n\r\nabc')
      setTimeout(() => socket.write('defg'), 50)
    })
    const gateway = await runHttp2Gateway([app.url], cleanup)
    const got = await askHttp2(await gateway.session(), { ':path': '/public/' })
    expect(got).toMatchObject({ status: 205, body: '', code: 0 })
    expect(got.headers['content-length']).toBeUndefined()
    await waitFor('the line', () => gateway.lines[0])
    expect(gateway.lines[0]?.fault).toBeUndefined()
  })

  // What is longer cannot be packed (HPACK of the runtime), and would take every other answer of the connection along.
  it('with a field that no HTTP/2 client could be sent is a 502, and others on the connection go on', async () => {
    const app = await startRawUpstream(cleanup, ({ target }, socket) => {
      const long = target === '/public/long' ? `X: ${'~'.repeat(70_000)}\r\n` : ''
      socket.write(OK.replace('\r\n', `\r\n${long}`))
    })
    const gateway = await runHttp2Gateway([app.url], cleanup)
    const session = await gateway.session()
    expect((await askHttp2(session, { ':path': '/public/long' })).status).toBe(502)
    expect(await askHttp2(session, { ':path': '/public/' })).toMatchObject({ status: 200, code: 0 })
    expect(gateway.lines.map(({ fault }) => fault)).toContain('upstream_invalid')
  })
})
