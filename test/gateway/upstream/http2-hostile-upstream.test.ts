import { afterEach, describe, expect, it } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { h2cSession } from '../../support/http2-client.ts'
import { END_HEADERS, END_STREAM, frame, literal } from '../../support/http2-frames.ts'
import { startFrameUpstream, STATUS_200 } from '../../support/http2-server.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { openClient, requestText } from '../../support/live/raw-client.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const WHOLE = END_HEADERS | END_STREAM
const code = (value: number): Buffer => Buffer.from([0, 0, 0, value])
type Frames = (stream: number) => readonly Buffer[]

const head =
  (...fields: readonly Buffer[]): Frames =>
  (stream) => [frame('HEADERS', WHOLE, stream, Buffer.concat(fields))]
const open = (stream: number, ...fields: readonly Buffer[]): Buffer =>
  frame('HEADERS', END_HEADERS, stream, Buffer.concat([STATUS_200, ...fields]))
const data = (stream: number, flags: number, text: string): Buffer =>
  frame('DATA', flags, stream, Buffer.from(text))
const reset = (stream: number, value: number): Buffer => frame('RST', 0, stream, code(value))

/** Answers of which a client must see nothing but a 502. */
const NEVER_FORWARDED: readonly (readonly [name: string, Frames])[] = [
  ['no status', head(literal('a', 'b'))],
  ['the status 99', head(literal(':status', '99'))],
  ['the status 101', head(literal(':status', '101'))],
  ['a status that is no number', head(literal(':status', 'abc'))],
  ['two statuses', head(STATUS_200, STATUS_200)],
  ['a name in upper case', head(STATUS_200, literal('X-A', 'b'))],
  ['a line feed in a value', head(STATUS_200, literal('x', 'a\r\nSet-Cookie: b=c'))],
  ['a line feed in a name', head(STATUS_200, literal('x\r\ny', 'a'))],
  ['an empty name', head(STATUS_200, literal('', 'a'))],
  ['a NUL in a value', head(STATUS_200, literal('x', 'a\0'))],
  ['Connection', head(STATUS_200, literal('connection', 'close'))],
  ['Transfer-Encoding', head(STATUS_200, literal('transfer-encoding', 'chunked'))],
  ['Upgrade', head(STATUS_200, literal('upgrade', 'websocket'))],
  ['two lengths', head(STATUS_200, literal('content-length', '0'), literal('content-length', '1'))],
  ['an invalid length', head(STATUS_200, literal('content-length', '+1'))],
  ['a length and no body', head(STATUS_200, literal('content-length', '5'))],
  ['101 fields', head(STATUS_200, ...Array.from({ length: 101 }, (_, i) => literal(`x${i}`, '')))],
  ['a body before its head', (stream) => [data(stream, END_STREAM, 'x')]],
  [
    'too many interim answers',
    (stream) =>
      Array.from({ length: 17 }, () => frame('HEADERS', END_HEADERS, stream, literal(':status', '103'))),
  ],
  [
    'a head of a megabyte in parts',
    (stream) => [
      frame('HEADERS', 0, stream, STATUS_200),
      ...Array.from({ length: 70 }, (_, i) =>
        frame('CONTINUATION', 0, stream, literal(`x${i}`, 'a'.repeat(16_000))),
      ),
    ],
  ],
  ['a reset', (stream) => [reset(stream, 2)]],
  ['a reset without an error', (stream) => [reset(stream, 0)]],
  ['a refusal', (stream) => [reset(stream, 7)]],
  ['an end of the connection that leaves the request out', () => [frame('GOAWAY', 0, 0, Buffer.alloc(8))]],
  [
    'a pushed request',
    (stream) => [frame('PUSH', END_HEADERS, stream, Buffer.concat([code(2), STATUS_200]))],
  ],
]

/** Answers that begin well, and of which the client must notice that their end is missing. */
const NEVER_WHOLE: readonly (readonly [name: string, Frames])[] = [
  ['a reset', (stream) => [open(stream), data(stream, 0, 'abc'), reset(stream, 2)]],
  ['a reset without an error', (stream) => [open(stream), data(stream, 0, 'abc'), reset(stream, 0)]],
  ['a cancellation', (stream) => [open(stream), data(stream, 0, 'abc'), reset(stream, 8)]],
  [
    'a shorter body than announced',
    (stream) => [open(stream, literal('content-length', '5')), data(stream, END_STREAM, 'abc')],
  ],
  [
    'a pseudo-header in trailers',
    (stream) => [
      open(stream),
      data(stream, 0, 'abc'),
      frame('HEADERS', WHOLE, stream, literal(':status', '200')),
    ],
  ],
  [
    'the end of the connection',
    (stream) => [
      open(stream),
      data(stream, 0, 'abc'),
      frame('GOAWAY', 0, 0, Buffer.concat([code(1), code(2)])),
    ],
  ],
]

/** All that a client receives until its connection ends, or until the text is whole. */
async function receive(
  port: number,
  request: string,
  isWhole = (_text: string): boolean => false,
): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('error', () => {})
  await new Promise<void>((resolve) => {
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      if (isWhole(text)) resolve()
    })
    socket.on('close', () => resolve())
    socket.write(request)
  })
  socket.destroy()
  return text
}

const runBehind = async (frames: Frames) => {
  const app = await startFrameUpstream(
    cleanup,
    (stream, socket) => void socket.write(Buffer.concat(frames(stream))),
  )
  return { app, gateway: await runGateway(gatewayConfig([app.url]), cleanup) }
}

describe('an answer of HTTP/2', () => {
  for (const [name, frames] of NEVER_FORWARDED) {
    it(`is not forwarded with ${name}`, async () => {
      const { gateway } = await runBehind(frames)
      const client = await openClient(gateway.port)
      client.send(requestText({ target: '/public/' }))
      const answer = await client.receive()
      client.close()
      expect(answer.status).toBe(502)
      expect(answer.values('set-cookie')).toEqual([])
    })
  }

  for (const [name, frames] of NEVER_WHOLE) {
    it(`does not look whole with ${name}`, async () => {
      const { gateway } = await runBehind(frames)
      const text = await receive(gateway.port, requestText({ target: '/public/' }), (all) =>
        all.endsWith('0\r\n\r\n'),
      )
      expect(text).not.toEndWith('0\r\n\r\n')
      expect(await waitFor('the line', () => gateway.lines[0])).toMatchObject({
        fault: expect.stringMatching(/^upstream_/),
      })
    })
  }

  it('is whole with its announced bytes, whatever reset follows them', async () => {
    const { gateway } = await runBehind((stream) => [
      open(stream, literal('content-length', '3')),
      data(stream, END_STREAM, 'abc'),
      reset(stream, 0),
    ])
    const client = await openClient(gateway.port)
    client.send('POST /public/ HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc')
    expect((await client.receive()).body).toBe('abc')
    client.close()
  })

  it('is not longer than announced', async () => {
    const { gateway } = await runBehind((stream) => [
      open(stream, literal('content-length', '2')),
      data(stream, END_STREAM, 'abcd'),
    ])
    const text = await receive(gateway.port, requestText({ target: '/public/' }))
    expect(text).not.toContain('abcd')
  })

  it('has no body behind HEAD, 204 and 304', async () => {
    const { gateway } = await runBehind((stream) => [open(stream), data(stream, END_STREAM, 'abc')])
    const text = await receive(gateway.port, 'HEAD /public/ HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(text).not.toContain('abc')
  })
})

describe('a server that is asked over HTTP/2', () => {
  it('and speaks HTTP/1.1 receives no request, and another one does', async () => {
    const old = await startRawUpstream(cleanup, (_, socket: Socket) => void socket.end())
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([old.url.replace('http', 'h2c'), app.url]), cleanup)
    for (let i = 0; i < 2; i++) {
      const client = await openClient(gateway.port)
      client.send('POST /public/ HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc')
      expect((await client.receive()).status).toBe(200)
      client.close()
    }
    expect(old.bytes()).not.toContain('public')
  })

  it('may refuse a request without a body on a used connection, which is then sent again', async () => {
    let count = 0
    const app = await startFrameUpstream(cleanup, (stream, socket) => {
      count += 1
      socket.write(
        count === 2 ? reset(stream, 7) : Buffer.concat([open(stream), data(stream, END_STREAM, 'ok')]),
      )
    })
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    const client = await openClient(gateway.port)
    for (const method of ['GET', 'POST']) {
      client.send(`${method} /public/ HTTP/1.1\r\nHost: a\r\n\r\n`)
      expect((await client.receive()).body).toBe('ok')
    }
    client.close()
    expect([count, app.connections.length]).toEqual([3, 2])
  })

  it('is not blamed for streams that others gave up: the connection is replaced before it may be closed', async () => {
    const app = await startFrameUpstream(cleanup, () => {})
    const gateway = await runGateway(gatewayConfig([app.url], { listen: 'h2c: true' }), cleanup)
    const session = await h2cSession(gateway.port, cleanup)
    for (let given = 90; given <= 630; given += 90) {
      const streams = Array.from({ length: 90 }, () =>
        session.request({ ':path': '/public/', ':authority': 'a' }),
      )
      await waitFor('the requests', () => (app.streams.length === given ? true : undefined))
      for (const stream of streams) {
        stream.on('error', () => {})
        stream.close(8)
      }
      await waitFor('the resets', () => (gateway.lines.length === given ? true : undefined))
    }
    expect(app.connections.length).toBeGreaterThan(1)
  })

  it('does not see the end of a request whose client left', async () => {
    const app = await startFrameUpstream(cleanup, () => {})
    const gateway = await runGateway(gatewayConfig([app.url], { listen: 'h2c: true' }), cleanup)
    const client = await openClient(gateway.port)
    client.send('POST /public/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
    await waitFor('the part', () => app.frames.find((found) => found === 'DATA 1'))
    client.close()
    await waitFor('the reset', () => app.frames.find((found) => found === 'RST 1'))
    const stream = (await h2cSession(gateway.port, cleanup)).request({
      ':method': 'POST',
      ':path': '/public/',
      ':authority': 'a',
    })
    stream.on('error', () => {})
    stream.write('abc')
    await waitFor('the part', () => app.frames.find((found) => found === 'DATA 3'))
    stream.close(8)
    await waitFor('the reset', () => app.frames.find((found) => found === 'RST 3'))
    expect(app.frames.filter((found) => found.endsWith(' end'))).toEqual([])
  })
})
