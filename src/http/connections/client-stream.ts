/** The client's side of one exchange, whatever version of HTTP it speaks. */
import type { HeldAccount } from '../held-account.ts'
import type { FieldLine } from '../messages/header-fields.ts'
import type { RequestHead } from '../messages/request-head.ts'
import type { WholeAnswer } from '../messages/whole-answer.ts'

/** Is called when the client does something. */
export interface ClientEvents {
  /** Content of the body, in order; after the last of it the stream's `isBodyDone` is true. In a tunnel, any bytes. */
  onContent(parts: readonly Buffer[]): void
  /** The connection has taken some of the answer that waited; with `isEmpty`, all of it. */
  onDrain(isEmpty: boolean): void
  /** In a tunnel: the client sends no more; it may still receive. */
  onTunnelEnd(): void
  /** The client is gone: no answer can reach it any more. */
  onGone(): void
  /** What arrives is not the announced body. `detail` is for the log. */
  onBroken(detail: string): void
}

/** The head of an answer, as it is for any version of HTTP. */
export interface AnswerHead {
  readonly status: number
  /** HTTP/1.1 alone has one. */
  readonly phrase: string
  /** Without the fields of framing and of the connection. */
  readonly fields: readonly FieldLine[]
  /** Length of the body; without a body, the length that it would have (HEAD, 304); undefined if it is unknown. */
  readonly length: number | undefined
  readonly hasBody: boolean
}

export interface ClientStream {
  readonly head: RequestHead
  /** Address of the other side; empty on a unix socket. */
  readonly peer: string
  /** Is charged for what is kept in memory for the client. */
  readonly held: HeldAccount
  events: ClientEvents
  /** Whether the whole body has been handed over. */
  readonly isBodyDone: boolean
  /** Whether the connection goes on when the answer is whole, so that the rest of the body is still read. */
  readonly goesOn: boolean
  /** Then a client with a whole answer may leave before its request is whole (RFC 9113 §8.1), and gRPC may be spoken. */
  readonly isHttp2: boolean
  /**
   * Asks for the body; until then, none of it is handed over.
   *
   * @returns What has arrived already.
   */
  open(): readonly Buffer[]
  /** Stops and resumes `onContent`. */
  pause(): void
  resume(): void
  /** Content of the answer sent so far. */
  readonly contentBytes: number
  answer(head: AnswerHead): void
  content(bytes: Buffer): void
  /** @param trailers Already chosen; dropped if the client cannot take them. */
  endAnswer(trailers: AnswerHead['fields']): void
  /** Hands what was gathered to the connection. False: send no more before `onDrain`. */
  flush(): boolean
  /** Sends the head of a WebSocket, and from now on passes bytes on in both directions. */
  startTunnel(head: AnswerHead): void
  answerWhole(answer: WholeAnswer): void
  /** The exchange is over, and its answer was written whole. */
  release(): void
  /**
   * Cuts the client off: its answer is incomplete, and must not look whole.
   *
   * @param isCancelled Because the server has given it up; the client is told so, in HTTP/2.
   */
  abort(isCancelled?: boolean): void
}

/** Nobody is listening. */
export const NO_CLIENT_EVENTS: ClientEvents = {
  onContent() {},
  onDrain() {},
  onTunnelEnd() {},
  onGone() {},
  onBroken() {},
}
