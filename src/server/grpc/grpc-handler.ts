/** Answers calls of gRPC that have one message each way. Everything else is told what this listener speaks. */
import type { RequestHandler } from '../../http/connections/client-connection.ts'
import { NO_CLIENT_EVENTS, type ClientStream } from '../../http/connections/client-stream.ts'
import type { Deadlines } from '../../http/deadlines.ts'
import type { RequestFault } from '../../http/messages/framing.ts'
import type { FieldLine } from '../../http/messages/header-fields.ts'
import type { WholeAnswer } from '../../http/messages/whole-answer.ts'
import type { HeaderReader } from '../../request/authz-request.ts'
import { PREFIX_BYTES, readGrpcMessage, writeGrpcMessage } from './grpc-message.ts'
import { GRPC_STATUS, type GrpcFault } from './grpc-status.ts'
import { readBody } from './read-body.ts'

/** Who makes the call. */
export interface GrpcCaller {
  /** Address of the other side of the connection; empty on a unix socket. */
  readonly peer: string
  /** The metadata of the call. */
  readonly headers: HeaderReader
}

/** A message, or the fault of the call. */
export type GrpcAnswer = Buffer | GrpcFault

export interface GrpcMethod {
  /** Longest message that is read. */
  readonly maxBytes: number
  readonly answer: (message: Buffer, caller: GrpcCaller) => GrpcAnswer | Promise<GrpcAnswer>
  /** The answer to a longer message, which is not read. */
  readonly answerTooLarge: () => GrpcAnswer
  /** The answer after a bug. */
  readonly answerFailed: () => GrpcAnswer
}

/** By path. */
export type GrpcMethods = ReadonlyMap<string, GrpcMethod>

/** @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const CONTENT_TYPE = /^application\/grpc(?:\+proto)?(?:$|[; \t])/i
const HEAD = {
  status: 200,
  phrase: '',
  fields: [{ name: 'content-type', value: 'application/grpc' }],
  length: undefined,
  hasBody: true,
} as const
const TRAILERS: readonly FieldLine[] = [{ name: 'grpc-status', value: String(GRPC_STATUS.ok) }]

const NO_STORE = { name: 'cache-control', value: 'no-store' }
/** Not of class 5xx: callers take that for an outage, in which some are set to let requests pass. */
const NO_HTTP1: WholeAnswer = {
  status: 400,
  fields: [{ name: 'content-type', value: 'text/plain; charset=utf-8' }, NO_STORE],
  body:
    'this is listen.grpc, which speaks gRPC over HTTP/2: in Envoy, give the cluster http2_protocol_options; ' +
    'to ask over HTTP/1.1, use listen.decisions\n',
  isLast: true,
}
const NOT_HTTP2: RequestFault = { status: 400, detail: 'HTTP/1.1 on listen.grpc, which speaks HTTP/2 only' }

/**
 * @param methods Returns those in force now.
 * @param onRefused Called for each request that could not be read.
 */
export function createGrpcHandler(
  methods: () => GrpcMethods,
  deadlines: Deadlines,
  onRefused: (fault: RequestFault) => void,
): RequestHandler {
  return {
    serve(stream) {
      if (!stream.isHttp2) {
        onRefused(NOT_HTTP2)
        stream.answerWhole(NO_HTTP1)
        return stream.release()
      }
      const method = methods().get(stream.head.path) ?? NO_METHOD
      const fault = faultOf(stream.head, method)
      if (fault !== undefined) return fail(stream, fault)
      readBody(stream, {
        maxBytes: method.maxBytes + PREFIX_BYTES,
        deadlines,
        onBody: (body) => call(stream, method, body),
        onTooLarge: () => finish(stream, answerOr(method, method.answerTooLarge)),
        onTooSlow: () => fail(stream, TOO_SLOW),
      })
    },
    refuse(fault) {
      onRefused(fault)
      return { status: fault.status, fields: [NO_STORE], body: '' }
    },
  }
}

const TOO_SLOW: GrpcFault = {
  status: GRPC_STATUS.deadlineExceeded,
  message: 'the message did not arrive in time',
}
const FAILED: GrpcFault = { status: GRPC_STATUS.internal, message: 'internal error' }
const UNKNOWN_METHOD: GrpcFault = {
  status: GRPC_STATUS.unimplemented,
  message:
    'unknown method: Warder has envoy.service.auth.v3.Authorization/Check and grpc.health.v1.Health/Check; ' +
    'in Envoy, set transport_api_version: V3',
}
const NO_METHOD: GrpcMethod = {
  maxBytes: 0,
  answer: () => UNKNOWN_METHOD,
  answerTooLarge: () => UNKNOWN_METHOD,
  answerFailed: () => UNKNOWN_METHOD,
}

const invalid = (message: string): GrpcFault => ({ status: GRPC_STATUS.invalidArgument, message })
const NOT_GRPC = invalid('the content-type is not application/grpc')
const NOT_POST = invalid('the method is not POST')
/** The status of a whole answer stands in its trailers. */
const NO_TRAILERS = invalid('the call lacks te: trailers, which a proxy must not remove')

function faultOf(head: ClientStream['head'], method: GrpcMethod): GrpcFault | undefined {
  if (!CONTENT_TYPE.test(head.headers.get('content-type') ?? '')) return NOT_GRPC
  if (head.method !== 'POST') return NOT_POST
  if (method === NO_METHOD) return UNKNOWN_METHOD
  return head.takesTrailers ? undefined : NO_TRAILERS
}

function call(stream: ClientStream, method: GrpcMethod, body: Buffer): void {
  const message = readGrpcMessage(body)
  if (!message.ok) return fail(stream, message.error)
  const { peer, head } = stream
  const answer = answerOr(method, () => method.answer(message.value, { peer, headers: head.headers }))
  if (answer instanceof Promise) finishLater(stream, method, answer)
  else finish(stream, answer)
}

/** The answer, also after a bug; and after one in that answer, such as a log that fails, a fault of the call. */
function answerOr<T extends GrpcAnswer | Promise<GrpcAnswer>>(
  { answerFailed }: GrpcMethod,
  answer: () => T,
): T | GrpcAnswer {
  try {
    return answer()
  } catch {
    try {
      return answerFailed()
    } catch {
      return FAILED
    }
  }
}

/** Answers when the answer is known, unless the client has left. */
function finishLater(stream: ClientStream, method: GrpcMethod, answer: Promise<GrpcAnswer>): void {
  let isGone = false
  const leave = (): void => {
    isGone = true
    stream.abort()
  }
  stream.events = { ...NO_CLIENT_EVENTS, onGone: leave, onBroken: leave }
  void answer
    .catch(() => answerOr(method, method.answerFailed))
    .then((known) => {
      if (!isGone) finish(stream, known)
    })
}

function finish(stream: ClientStream, answer: GrpcAnswer): void {
  if (!Buffer.isBuffer(answer)) return fail(stream, answer)
  stream.events = NO_CLIENT_EVENTS
  stream.answer(HEAD)
  stream.content(writeGrpcMessage(answer))
  stream.endAnswer(TRAILERS)
  stream.release()
}

/** A head that is the whole answer ("trailers only"). */
function fail(stream: ClientStream, { status, message }: GrpcFault): void {
  stream.events = NO_CLIENT_EVENTS
  stream.answerWhole({
    status: 200,
    fields: [
      ...HEAD.fields,
      { name: 'grpc-status', value: String(status) },
      { name: 'grpc-message', value: message },
      { name: 'grpc-accept-encoding', value: 'identity' },
    ],
    body: '',
  })
  stream.release()
}
