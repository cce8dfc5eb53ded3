/** Servers of HTTP/2 behind the gateway: one of the runtime, and one that sends frames as bytes. */
import {
  createSecureServer,
  createServer as createHttp2,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2'
import { createServer, type Socket } from 'node:net'
import type { Cleanup } from './live/cleanup.ts'
import { listen } from './live/loopback.ts'
import { END_STREAM, frame } from './http2-frames.ts'

export interface Http2Question {
  readonly stream: ServerHttp2Stream
  /** Names and values in turn, as received. */
  readonly raw: readonly string[]
  values(name: string): readonly string[]
  /** All of it that has arrived. */
  body(): string
}

export interface Http2Upstream {
  readonly port: number
  readonly url: string
  readonly received: Http2Question[]
  readonly sessions: ServerHttp2Session[]
}

type Answer = (question: Http2Question) => void

/** @param tls Certificate and key; undefined: without TLS. */
export async function startHttp2Upstream(
  cleanup: Cleanup,
  answer: Answer = answerOk,
  options: ServerOptions & { readonly tls?: { readonly cert: string; readonly key: string } } = {},
): Promise<Http2Upstream> {
  const received: Http2Question[] = []
  const sessions: ServerHttp2Session[] = []
  const { tls, ...others } = options
  const server = tls === undefined ? createHttp2(others) : createSecureServer({ ...others, ...tls })
  server.on('session', (session) => {
    sessions.push(session)
    session.on('error', () => {})
    cleanup.add(() => session.destroy())
  })
  server.on(
    'stream',
    (stream: ServerHttp2Stream, _headers: unknown, _flags: number, raw: readonly string[]) => {
      let body = ''
      stream.on('error', () => {})
      stream.on('data', (bytes: Buffer) => (body += bytes.toString('latin1')))
      const values = (name: string): readonly string[] =>
        raw.filter((_, i) => i % 2 === 1 && raw[i - 1] === name)
      const question = { stream, raw, values, body: () => body }
      received.push(question)
      answer(question)
    },
  )
  const port = await listen(server, cleanup)
  return { port, url: `${tls === undefined ? 'h2c' : 'https'}://127.0.0.1:${port}`, received, sessions }
}

/** 200 with the body `ok`, when the request is whole. */
export function answerOk({ stream }: Http2Question): void {
  stream.on('end', () => {
    if (stream.destroyed || stream.closed) return
    stream.respond({ ':status': 200 })
    stream.end('ok')
  })
}

export interface FrameUpstream {
  readonly url: string
  readonly connections: Socket[]
  /** Streams on which a request has arrived, in the order of their heads. */
  readonly streams: number[]
  /** Frames of the gateway, as `RST 1` and `DATA 1 end`. */
  readonly frames: string[]
}

/** The status 200. */
export const STATUS_200 = Buffer.from([0x88])
const PREFACE_BYTES = 24

/** A server that begins with its settings, and answers each head with frames. */
export async function startFrameUpstream(
  cleanup: Cleanup,
  answer: (stream: number, socket: Socket) => void,
  settings: Buffer = frame('SETTINGS', 0, 0, Buffer.alloc(0)),
): Promise<FrameUpstream> {
  const upstream: FrameUpstream & { port?: number } = { url: '', connections: [], streams: [], frames: [] }
  const server = createServer((socket) => {
    upstream.connections.push(socket)
    socket.on('error', () => {})
    socket.write(settings)
    let bytes = Buffer.alloc(0)
    let at = PREFACE_BYTES
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      while (bytes.length >= at + 9) {
        const length = bytes.readUIntBE(at, 3)
        const type = bytes[at + 3] ?? 0
        const stream = bytes.readUInt32BE(at + 5)
        if (bytes.length < at + 9 + length) break
        const hasEnd = (type === DATA || type === HEADERS) && ((bytes[at + 4] ?? 0) & END_STREAM) !== 0
        upstream.frames.push(`${NAMES[type] ?? type} ${stream}${hasEnd ? ' end' : ''}`)
        at += 9 + length
        if (type !== HEADERS) continue
        upstream.streams.push(stream)
        answer(stream, socket)
      }
    })
  })
  const port = await listen(server, cleanup)
  return { ...upstream, url: `h2c://127.0.0.1:${port}` }
}

const DATA = 0
const HEADERS = 1
const NAMES = ['DATA', 'HEADERS', 'PRIORITY', 'RST', 'SETTINGS', 'PUSH', 'PING', 'GOAWAY', 'WINDOW']
