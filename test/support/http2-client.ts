/** A gateway with HTTP/2, and a client of it. */
import {
  connect,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2'
import type { Cleanup } from './live/cleanup.ts'
import { gatewayConfig, runGateway, type GatewayText, type RunningGateway } from './run-gateway.ts'
import { createTestCa } from './test-ca.ts'

export interface Http2Gateway extends RunningGateway {
  /** A connection for the name `api.example.com`. */
  session(): Promise<ClientHttp2Session>
}

export const runHttp2Gateway = (
  servers: readonly string[],
  cleanup: Cleanup,
  text: GatewayText = {},
): Promise<Http2Gateway> =>
  runHttp2Config(
    (tls) =>
      gatewayConfig(servers, { ...text, listen: text.listen === undefined ? tls : `${tls}, ${text.listen}` }),
    cleanup,
  )

/** @param configOf The configuration with these members of `listen.gateway`, in flow style. */
export async function runHttp2Config(
  configOf: (tls: string) => string,
  cleanup: Cleanup,
): Promise<Http2Gateway> {
  const ca = createTestCa()
  cleanup.add(() => ca.remove())
  const { certFile, keyFile } = ca.issue('api.example.com')
  const tls = `tls: [{ cert_file: ${certFile}, key_file: ${keyFile} }]`
  const gateway = await runGateway(configOf(tls), cleanup)
  return {
    ...gateway,
    session: async () => {
      const session = connect('https://api.example.com', {
        host: '127.0.0.1',
        port: gateway.port,
        servername: 'api.example.com',
        ca: ca.ca,
      })
      cleanup.add(() => session.destroy())
      session.on('error', () => {})
      await new Promise<void>((resolve, reject) => {
        session.once('connect', () => resolve())
        session.once('close', () => reject(new Error('closed')))
      })
      return session
    },
  }
}

/** A connection without TLS, on which HTTP/2 is spoken from the first byte. */
export async function h2cSession(port: number, cleanup: Cleanup): Promise<ClientHttp2Session> {
  const session = connect(`http://127.0.0.1:${port}`)
  cleanup.add(() => session.destroy())
  session.on('error', () => {})
  await new Promise<void>((resolve, reject) => {
    session.once('remoteSettings', () => resolve())
    session.once('close', () => reject(new Error('closed')))
  })
  return session
}

export interface Http2Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly trailers: IncomingHttpHeaders
  readonly body: string
  /** How the stream ended; 0 is well. */
  readonly code: number
}

/** @param body Undefined: the head ends the request. */
export function askHttp2(
  session: ClientHttp2Session,
  headers: Readonly<Record<string, string | readonly string[]>>,
  body?: string | Uint8Array,
): Promise<Http2Answer> {
  const request = { ':authority': 'api.example.com', ...headers } as IncomingHttpHeaders
  const stream = session.request(request, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  return answerOf(stream)
}

export function answerOf(stream: ClientHttp2Stream): Promise<Http2Answer> {
  return new Promise((resolve) => {
    let head: IncomingHttpHeaders = {}
    let trailers: IncomingHttpHeaders = {}
    let body = ''
    stream.on('response', (headers) => (head = headers))
    stream.on('trailers', (headers: IncomingHttpHeaders) => (trailers = headers))
    stream.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')))
    stream.on('error', () => {})
    stream.on('close', () =>
      resolve({ status: Number(head[':status'] ?? 0), headers: head, trailers, body, code: stream.rstCode }),
    )
  })
}
