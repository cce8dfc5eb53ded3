/** The server's side of an exchange: hands its answer to the relay, and reports what happens to who forwards. */
import type { FieldLine } from '../../http/messages/header-fields.ts'
import type { ResponseHead } from '../../http/messages/response-head.ts'
import type { AnswerBroken, Link, LinkEvents } from '../upstream/link.ts'
import type { AnswerRelay } from './answer-relay.ts'

export interface ServerSideEvents {
  /** Something has arrived. */
  onArrival(): void
  /** All that has arrived was handed over. */
  onArrivalEnd(answer: AnswerRelay): void
  /** The server has taken some of the request that waited; with `isEmpty`, all of it. */
  onServerDrain(isEmpty: boolean): void
  onServerBroken(broken: AnswerBroken, link: Link): void
}

/** One object for each exchange, not a function for each event. */
export class ServerSide implements LinkEvents {
  readonly #answer: AnswerRelay
  readonly #link: Link
  readonly #events: ServerSideEvents

  constructor(answer: AnswerRelay, link: Link, events: ServerSideEvents) {
    this.#answer = answer
    this.#link = link
    this.#events = events
  }

  onArrival(): void {
    this.#events.onArrival()
  }

  onHead(head: ResponseHead): void {
    this.#answer.head(head)
  }

  onContent(bytes: Buffer): void {
    this.#answer.content(bytes)
  }

  onWhole(trailers: readonly FieldLine[]): void {
    this.#answer.whole(trailers)
  }

  onArrivalEnd(): void {
    this.#answer.flush()
    this.#events.onArrivalEnd(this.#answer)
  }

  onDrain(isEmpty: boolean): void {
    this.#events.onServerDrain(isEmpty)
  }

  onBroken(broken: AnswerBroken): void {
    this.#events.onServerBroken(broken, this.#link)
  }
}
