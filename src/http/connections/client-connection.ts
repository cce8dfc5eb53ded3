/** A client's connection, whatever version of HTTP it speaks. */
import type { Deadlines } from '../deadlines.ts'
import type { HeldAccount } from '../held-account.ts'
import type { RequestFault } from '../messages/framing.ts'
import type { RequestHead } from '../messages/request-head.ts'
import type { WholeAnswer, WrittenAnswer } from '../messages/whole-answer.ts'
import type { ClientStream } from './client-stream.ts'

/** Takes over the events of a stream until it is released or aborted. */
export type Serve = (stream: ClientStream) => void

/** Answers the requests of a connection. */
export interface RequestHandler {
  readonly serve: Serve
  /**
   * Is asked first about a request of HTTP/1.1 without a body. Returns the answer, or, if it is not known yet, the
   * function that serves the request.
   */
  readonly answerNow?: (head: RequestHead) => WrittenAnswer | Serve
  /** A request could not be read. Returns its answer, which is the last one on a connection of HTTP/1.1. */
  readonly refuse: (fault: RequestFault) => WholeAnswer
}

export interface ConnectionContext {
  readonly deadlines: Deadlines
  readonly handler: RequestHandler
  readonly patience: ClientPatience
  /** Is charged for all that the connection keeps in memory. */
  readonly held: HeldAccount
  /** Whether requests of HTTP/2 may name any host, or none. Default: they may not. */
  readonly ignoresHost?: boolean
  /** Whether requests of HTTP/2 may have the scheme of another connection. Default: they may not. */
  readonly ignoresScheme?: boolean
  /** Whether the listener drains before a stop: an answer that begins now is the last of its connection. */
  readonly isDraining: () => boolean
  /** Whether no further request is read on any connection. */
  readonly isStopping: () => boolean
  /** Called when a request is under way, and when the connection waits for the next one. */
  readonly onBusy: () => void
  readonly onIdle: () => void
  /** Called when the connection is gone. */
  readonly onClose: () => void
}

export interface ClientConnection {
  /** Asks the client to use another connection from now on, if its version of HTTP can do so without an answer. */
  drain(): void
  /** Closes the connection if nothing is under way; else what is under way is the last on it. */
  stop(): void
  /** Closes an idle connection; what was sent still arrives. */
  close(): void
  /** Closes the connection at once. */
  destroy(): void
}

/** Longest time for a whole head, from its first byte: against clients that send a byte now and then. */
export const HEAD_TIMEOUT_MS = 10_000
/** How long a client may leave its answers unread, and, by default, its connection idle. */
export const IDLE_TIMEOUT_MS = 75_000

/**
 * Requests of one connection that are served before all others have their turn. One read may hold 15,000 of them:
 * without a bound, 64 clients of HTTP/1.1 or 16 of HTTP/2 kept everybody else waiting for ten seconds.
 */
export const MAX_AT_ONCE = 16

/** How long a connection may be silent, in milliseconds. */
export interface ClientPatience {
  /** Before its first request. */
  readonly firstMs: number
  /** Between two requests. */
  readonly idleMs: number
}

export const USUAL_PATIENCE: ClientPatience = { firstMs: HEAD_TIMEOUT_MS, idleMs: IDLE_TIMEOUT_MS }
