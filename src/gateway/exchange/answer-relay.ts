/** The way back: the server's answer, written anew for the client. */
import { createHash } from 'node:crypto'
import { valuesOf, type FieldLine } from '../../http/messages/header-fields.ts'
import type { ResponseHead } from '../../http/messages/response-head.ts'
import type { AnswerBroken, Link } from '../upstream/link.ts'
import { answerTrailers, interceptedFields, toAnswerHead, toUpgradeHead } from './answer-head.ts'
import type { ForwardingInput } from './exchange-context.ts'
import { createExpiringTunnel, expiryOf, type ExpiringTunnel } from './expiring-tunnel.ts'

/** A whole answer, which the client has been sent. */
export interface AnswerDone {
  readonly kind: 'done'
}

/** An answer of which the client has been sent nothing, because the gateway's own takes its place. */
export interface AnswerIntercepted {
  readonly kind: 'intercepted'
  readonly status: number
  readonly fields: readonly FieldLine[]
}

/** How an answer ended. */
export type AnswerEnd = AnswerDone | AnswerIntercepted | AnswerBroken

const DONE: AnswerDone = { kind: 'done' }

export class AnswerRelay {
  readonly #input: ForwardingInput
  readonly #link: Link
  readonly #ended: (end: AnswerEnd) => void
  #answer: ResponseHead | undefined
  #intercepted: AnswerIntercepted | undefined
  #isTunnel = false
  #expiring: ExpiringTunnel | undefined
  #isWhole = false

  /** @param ended Called once. */
  constructor(input: ForwardingInput, link: Link, ended: (end: AnswerEnd) => void) {
    this.#input = input
    this.#link = link
    this.#ended = ended
  }

  /** Of the final answer; 0 before its head. */
  get status(): number {
    return this.#answer?.status ?? 0
  }

  /** Whether the client has been sent a part of it. */
  get hasBegun(): boolean {
    return this.#answer !== undefined
  }

  /** Whether it has become a WebSocket. */
  get isTunnel(): boolean {
    return this.#isTunnel
  }

  head(found: ResponseHead): void {
    const { destination, client } = this.#input
    if (found.status === 101) return this.#startTunnel(found)
    if (destination.upstream.intercepts(found.status)) {
      const fields = interceptedFields(found.fields)
      this.#intercepted = { kind: 'intercepted', status: found.status, fields }
      return
    }
    this.#answer = found
    client.answer(toAnswerHead(found, this.#input))
  }

  content(bytes: Buffer): void {
    if (this.#expiring !== undefined) this.#expiring.fromServer(bytes)
    else if (this.#answer !== undefined) this.#input.client.content(bytes)
  }

  whole(trailers: readonly FieldLine[]): void {
    const { client } = this.#input
    this.#isWhole = true
    if (this.#answer === undefined || this.#isTunnel) return
    client.endAnswer(client.head.takesTrailers ? answerTrailers(trailers) : [])
  }

  /** What has arrived together was handed over. */
  flush(): void {
    // A body that has not arrived yet is not waited for, at the price of the connection.
    if (this.#intercepted !== undefined) return this.#ended(this.#intercepted)
    if (this.#answer === undefined) return
    const isFlushed = this.#input.client.flush()
    if (this.#isWhole) this.#ended(DONE)
    else if (!isFlushed) this.#link.pause()
  }

  #startTunnel(found: ResponseHead): void {
    const { client, clock, judgement, destination } = this.#input
    const { webSocketKey } = client.head
    const [accept] = valuesOf(found.fields, 'sec-websocket-accept')
    // An upgrade that the client did not ask for, or an invalid one, would be a hole past every check.
    if (webSocketKey === undefined || accept !== acceptOf(webSocketKey))
      return this.#ended({ kind: 'invalid', detail: 'an upgrade that was not asked for' })
    this.#answer = found
    this.#isTunnel = true
    this.#link.startTunnel()
    client.startTunnel(toUpgradeHead(found, this.#input))
    const expiry = destination.closesExpired ? expiryOf(judgement) : Infinity
    if (expiry === Infinity) return
    this.#expiring = createExpiringTunnel(
      (bytes) => client.content(bytes),
      () => {
        client.flush()
        this.#ended(DONE)
      },
    )
    clock.at(expiry, this.#expiring.expire)
  }
}

/** RFC 6455 §4.2.2. */
const acceptOf = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
