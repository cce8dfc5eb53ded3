/** The server's side of one exchange, whatever version of HTTP it speaks. */
import type { HeldAccount } from '../../http/held-account.ts'
import type { BodyFraming } from '../../http/messages/framing.ts'
import type { FieldLine } from '../../http/messages/header-fields.ts'
import type { ResponseHead } from '../../http/messages/response-head.ts'
import type { Wire } from '../../http/sockets/wire.ts'

/** The head of a request, as it is for any version of HTTP. */
export interface LinkRequest {
  readonly method: string
  /** Raw path and query. */
  readonly target: string
  readonly authority: string
  /** In their order, without those of framing and of the connection. */
  readonly fields: readonly FieldLine[]
  readonly framing: BodyFraming
  /** Whether the client reads trailers of the answer. */
  readonly takesTrailers: boolean
  /** Whether it asks for a WebSocket, which HTTP/1.1 alone can open here. */
  readonly isUpgrade: boolean
}

/** Why there is no whole answer. */
export interface AnswerBroken {
  /**
   * `nothing`: the server closed before it sent anything. `refused`: it promises that it has not processed the request
   * (RFC 9113 §8.7).
   */
  readonly kind: 'nothing' | 'refused' | 'closed' | 'invalid'
  /** For the log. */
  readonly detail: string
  /** The server has given the exchange up by itself (RFC 9113 §7, CANCEL), as servers of gRPC do at its deadline. */
  readonly isCancelled?: boolean
}

/** Is called when the server does something. */
export interface LinkEvents {
  /** Something has arrived, of which the next calls are made. */
  onArrival(): void
  /** The head of the final answer. */
  onHead(head: ResponseHead): void
  onContent(bytes: Buffer): void
  /** The answer is whole. */
  onWhole(trailers: readonly FieldLine[]): void
  /** All that has arrived was handed over. */
  onArrivalEnd(): void
  /** The server has taken some of the request that waited; with `isEmpty`, all of it. */
  onDrain(isEmpty: boolean): void
  /** No more of the answer comes; behind a whole one, no more of the request is wanted. */
  onBroken(broken: AnswerBroken): void
}

/** Nobody is listening. */
export const NO_LINK_EVENTS: LinkEvents = {
  onArrival() {},
  onHead() {},
  onContent() {},
  onWhole() {},
  onArrivalEnd() {},
  onDrain() {},
  onBroken() {},
}

export interface Link {
  /** Whether its connection has carried an exchange before: then it may have been closed while the request was on its way. */
  readonly isReused: boolean
  /** The connection, if it carries one exchange at a time; undefined for HTTP/2. */
  readonly wire: Wire | undefined
  /** Whether nothing of this exchange is left on the connection. */
  readonly mayCarryAnother: boolean
  events: LinkEvents
  /** Content of the request sent so far. */
  readonly contentBytes: number
  /** Charges what waits for the server to this account. */
  chargeTo(account: HeldAccount): void
  /**
   * Begins the request. Its head is sent with the next `flush`.
   *
   * @returns Why it cannot be sent; undefined if it can.
   */
  send(request: LinkRequest): string | undefined
  content(bytes: Buffer): void
  /** The body is whole. */
  endRequest(): void
  /** Hands what was gathered to the connection. False: send no more before `onDrain`. */
  flush(): boolean
  /** Stops and resumes `onContent`. */
  pause(): void
  resume(): void
  /** From now on passes bytes on in both directions, those behind the head of the answer first. */
  startTunnel(): void
  /** In a tunnel: sends what was written and no more, and still receives. */
  finishTunnel(): void
}

/** Called once, perhaps at once: with the link, or with the reason why there is none. */
export type LinkSettled = (link: Link | undefined, fault: string) => void
