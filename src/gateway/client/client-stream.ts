/** The client's side of one exchange, whatever version of HTTP it speaks. */
import type { HeldAccount } from '../held-account.ts'
import type { HeaderField } from '../http/header-fields.ts'
import type { OwnAnswer } from '../exchange/own-answer.ts'
import type { RequestHead } from '../http/request-head.ts'

/** Who is told what the client does. */
export interface ClientEvents {
  /** Content of the body, in order; after the last of it the stream's `isBodyDone` is true. In a tunnel, any bytes. */
  onContent(parts: readonly Buffer[]): void
  /** The connection has taken some of the answer that waited; with `isEmpty`, all of it. */
  onDrain(isEmpty: boolean): void
  /** In a tunnel: the client sends no more; it may still receive. */
  onTunnelEnd(): void
  /** The client is gone: nothing can be said any more. */
  onGone(): void
  /** What arrives is not the body that was announced. `detail` is for the log. */
  onBroken(detail: string): void
}

/** The head of an answer, as it is for any version of HTTP. */
export interface AnswerHead {
  readonly status: number
  /** HTTP/1.1 alone has one. */
  readonly phrase: string
  /** Without those of framing and of the connection. */
  readonly fields: readonly Pick<HeaderField, 'name' | 'value'>[]
  /** Bytes of the body; without a body, those that it would have (HEAD, 304); undefined where nobody knows. */
  readonly length: number | undefined
  readonly hasBody: boolean
}

/** Where an answer is written to. */
export interface AnswerSink {
  /** Content sent so far. */
  readonly contentBytes: number
  answer(head: AnswerHead): void
  content(bytes: Buffer): void
  /** @param trailers Already chosen; dropped where the client cannot take them. */
  endAnswer(trailers: AnswerHead['fields']): void
  /** Hands what was gathered to the connection. False: send no more before `onDrain`. */
  flush(): boolean
  /** Sends the head of a WebSocket, and gives bytes through from now on, in both directions. */
  startTunnel(head: AnswerHead): void
}

export interface ClientStream extends AnswerSink {
  readonly head: RequestHead
  /** Address of the other side; empty on a unix socket. */
  readonly peer: string
  /** Is charged for what is kept in memory for the client. */
  readonly held: HeldAccount
  events: ClientEvents
  /** Whether the whole body has been handed over. */
  readonly isBodyDone: boolean
  /** Whether, once the answer is whole, the rest of the body is still wanted. */
  readonly goesOn: boolean
  /**
   * Asks for the body; before this, none of it is handed over.
   *
   * @returns What had arrived already.
   */
  open(): readonly Buffer[]
  /** Stops and resumes `onContent`. */
  pause(): void
  resume(): void
  /** A whole answer of ours. */
  answerOwn(own: OwnAnswer, id: string): void
  /** The exchange is over, its answer was written whole. */
  release(): void
  /** Cuts the client off: its answer has no end, and it must not take it for whole. */
  abort(): void
}

/** Nobody is listening. */
export const NO_CLIENT_EVENTS: ClientEvents = {
  onContent() {},
  onDrain() {},
  onTunnelEnd() {},
  onGone() {},
  onBroken() {},
}
