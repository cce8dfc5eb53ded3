/** A client's connection of HTTP/2: many requests at once, each with the rules of its time. */
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { MAX_AT_ONCE, type ClientConnection, type ConnectionContext } from './client-connection.ts'
import type { Expiring } from '../deadlines.ts'
import { readHttp2Head } from './http2-head.ts'
import { Http2Stream, respondWhole } from './http2-stream.ts'
import type { RequestFault } from '../messages/framing.ts'

/** RFC 9113 §6.2: the request has no body. */
const END_STREAM = 0x1
/** How long a client may still read its last answers when its connection is closed in favour of another. */
const CLOSE_TIMEOUT_MS = 2_000

/** The socket below a session. */
export interface Http2Socket {
  /** Address of the other side; empty on a unix socket. */
  readonly peer: string
  /** Which every request must name. */
  readonly scheme: 'http' | 'https'
}

export function serveHttp2(
  session: ServerHttp2Session,
  { peer, scheme }: Http2Socket,
  context: ConnectionContext,
): ClientConnection {
  let active = 0
  const inTurn = createTurns()
  const expiring: Expiring = {
    deadlineMs: performance.now() + context.patience.firstMs,
    onDeadline: () => session.destroy(),
  }
  context.deadlines.add(expiring)

  const onStream = (
    stream: ServerHttp2Stream,
    _headers: unknown,
    flags: number,
    raw: readonly string[],
  ): void => {
    const expected = context.ignoresScheme === true ? undefined : scheme
    const head = readHttp2Head(raw, (flags & END_STREAM) !== 0, expected, context.ignoresHost)
    if (!head.ok) {
      // A broken stream ends with `close` too.
      stream.on('error', () => {})
      // Refused at once, as many as the client sends would never count as under way.
      return inTurn(() => (stream.destroyed ? undefined : refuse(stream, head.error)))
    }
    active += 1
    context.onBusy()
    expiring.deadlineMs = Infinity
    const client = new Http2Stream(stream, head.value, peer, context, () => {
      active -= 1
      if (active > 0) return
      expiring.deadlineMs = performance.now() + context.patience.idleMs
      context.onIdle()
    })
    inTurn(() => (stream.destroyed ? client.abort() : context.handler.serve(client)))
  }
  /** Answers one request with its fault; the others go on. */
  const refuse = (stream: ServerHttp2Stream, fault: RequestFault): void => {
    respondWhole(stream, context.handler.refuse(fault), false)
    stream.close()
  }

  session.on('stream', onStream)
  // A broken connection ends with `close` too.
  session.on('error', () => {})
  session.on('close', () => {
    context.deadlines.remove(expiring)
    context.onClose()
  })
  return {
    // GOAWAY: open streams go on to their end, and no new ones begin (RFC 9113 §6.8).
    drain: () => session.close(),
    stop: () => session.close(),
    close: () => {
      session.close()
      expiring.deadlineMs = performance.now() + CLOSE_TIMEOUT_MS
    },
    destroy: () => session.destroy(),
  }
}

/** Calls a few at once, and each further one when all other connections had their turn, in their order. */
function createTurns(): (call: () => void) => void {
  /** Since all others had their turn. */
  let called = 0
  const waiting: (() => void)[] = []
  const takeTurn = (): void => {
    const next = waiting.splice(0, MAX_AT_ONCE)
    called = next.length
    if (called > 0) setImmediate(takeTurn)
    for (const call of next) call()
  }
  return (call) => {
    if (called === 0) setImmediate(takeTurn)
    if (++called <= MAX_AT_ONCE) call()
    else waiting.push(call)
  }
}
