/** Calls of gRPC with one message each way, as bytes on a session of HTTP/2. */
import type { ClientHttp2Session } from 'node:http2'
import { answerOf, type Http2Answer } from './http2-client.ts'

export interface GrpcResult {
  /** `grpc-status`, of the trailers or of a head that is the whole answer. */
  readonly status: string | undefined
  readonly message: string
  /** The bytes behind the prefix; undefined if there is no message. */
  readonly body: Buffer | undefined
  readonly answer: Http2Answer
}

export const CHECK = '/envoy.service.auth.v3.Authorization/Check'
export const HEALTH = '/grpc.health.v1.Health/Check'

export const framed = (message: Uint8Array, flag = 0, length = message.length): Buffer => {
  const prefix = Buffer.alloc(5)
  prefix[0] = flag
  prefix.writeUInt32BE(length, 1)
  return Buffer.concat([prefix, message])
}

/** @param headers Replace those of a good call; an empty one is left out. */
export async function callBytes(
  session: ClientHttp2Session,
  path: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<GrpcResult> {
  const all = {
    ':method': 'POST',
    ':path': path,
    ':scheme': 'http',
    ':authority': '%2Frun%2Fwarder.sock',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  }
  const stream = session.request(
    Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
    { endStream: false },
  )
  stream.end(body)
  const answer = await answerOf(stream)
  const status = answer.trailers['grpc-status'] ?? answer.headers['grpc-status']
  const bytes = Buffer.from(answer.body, 'latin1')
  return {
    status: status as string | undefined,
    message: String(answer.headers['grpc-message'] ?? ''),
    body: bytes.length === 0 ? undefined : bytes.subarray(5),
    answer,
  }
}
