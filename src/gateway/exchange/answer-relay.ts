/** The way back: the upstream's answer, read strictly and written anew for the client. */
import { createHash } from 'node:crypto'
import { createAnswerHeadReader } from '../../http/messages/answer-head-reader.ts'
import { createBodyReader, type BodyReader } from '../../http/messages/body-reader.ts'
import { valuesOf, type FieldLine } from '../../http/messages/header-fields.ts'
import type { ResponseHead } from '../../http/messages/response-head.ts'
import type { Wire } from '../../http/sockets/wire.ts'
import { answerTrailers, interceptedFields, toAnswerHead, toUpgradeHead } from './answer-head.ts'
import type { ForwardingInput } from './exchange-context.ts'
import { createExpiringTunnel, expiryOf, type ExpiringTunnel } from './expiring-tunnel.ts'

/** A whole answer, and whether the server's connection may carry another one. */
export interface AnswerDone {
  readonly kind: 'done'
  readonly mayReuse: boolean
}

/** An answer of which the client has been sent nothing, because the gateway's own takes its place. */
export interface AnswerIntercepted {
  readonly kind: 'intercepted'
  readonly status: number
  readonly fields: readonly FieldLine[]
  readonly mayReuse: boolean
}

export interface AnswerBroken {
  /** `nothing`: the server closed before it sent anything. */
  readonly kind: 'nothing' | 'closed' | 'invalid'
  readonly detail: string
}

/** How an answer ended. */
export type AnswerEnd = AnswerDone | AnswerIntercepted | AnswerBroken

/** Bytes behind a whole answer end it once more, and the connection is not used again. */
const OVER: AnswerDone = { kind: 'done', mayReuse: false }

export class AnswerRelay {
  readonly #input: ForwardingInput
  readonly #upstream: Wire
  readonly #ended: (end: AnswerEnd) => void
  readonly #heads: ReturnType<typeof createAnswerHeadReader>
  #answer: ResponseHead | undefined
  #body: BodyReader | undefined
  #isTunnel = false
  #expiring: ExpiringTunnel | undefined
  #hasHeard = false
  /** The client has been sent all of it. The exchange may go on until the rest of the request has arrived. */
  #isWhole = false

  /** @param ended Called once, and once more for bytes behind a whole answer. */
  constructor(input: ForwardingInput, upstream: Wire, ended: (end: AnswerEnd) => void) {
    this.#input = input
    this.#upstream = upstream
    this.#ended = ended
    this.#heads = createAnswerHeadReader(input.client.head.method)
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

  /** Bytes of the server. */
  read(bytes: Buffer): void {
    this.#hasHeard = true
    if (this.#isWhole) this.#ended(OVER)
    else if (this.#isTunnel) this.#relayTunnel(bytes)
    else if (this.#body === undefined) this.#readHead(bytes)
    else this.#readBody(this.#body, bytes)
  }

  /** The server sends no more. Not `isIntact`: the connection broke off, which ends no body. */
  upstreamEnded(isIntact: boolean): void {
    const { client } = this.#input
    if (this.#isWhole || this.#isTunnel) return this.#ended(OVER)
    if (!this.#hasHeard) return this.#ended({ kind: 'nothing', detail: 'closed without an answer' })
    if (this.#answer?.framing.kind !== 'until_close' || !isIntact)
      return this.#ended({
        kind: 'closed',
        detail: this.#answer === undefined ? 'closed within the head' : 'closed within the body',
      })
    this.#isWhole = true
    client.endAnswer([])
    client.flush()
    this.#ended(OVER)
  }

  #readHead(bytes: Buffer): void {
    const step = this.#heads.read(bytes)
    if (step.kind === 'more') return
    if (step.kind === 'invalid') return this.#invalid(step.detail)
    if (step.head.status === 101) this.#startTunnel(step.head, step.rest)
    else if (this.#input.destination.upstream.intercepts(step.head.status))
      this.#intercept(step.head, step.rest)
    else this.#startBody(step.head, step.rest)
  }

  #invalid(detail: string): void {
    this.#ended({ kind: 'invalid', detail })
  }

  #intercept(found: ResponseHead, rest: Buffer): void {
    const dropped = createBodyReader(found.framing)
    const usedBytes = dropped.read(rest, () => {})
    // A body that has not arrived yet is not waited for, at the price of the connection.
    const mayReuse = found.mayReuse && dropped.isDone && usedBytes === rest.length
    const fields = interceptedFields(found.fields)
    this.#ended({ kind: 'intercepted', status: found.status, fields, mayReuse })
  }

  #startBody(found: ResponseHead, rest: Buffer): void {
    this.#answer = found
    this.#body = createBodyReader(found.framing)
    this.#input.client.answer(toAnswerHead(found, this.#input))
    this.#readBody(this.#body, rest)
  }

  #readBody(body: BodyReader, bytes: Buffer): void {
    const { client } = this.#input
    const usedBytes = body.read(bytes, (content) => client.content(content))
    if (usedBytes < 0) return this.#invalid('an invalid chunk')
    this.#isWhole = body.isDone
    if (this.#isWhole) client.endAnswer(client.head.takesTrailers ? answerTrailers(body.trailerLines) : [])
    const isFlushed = client.flush()
    // Bytes behind the answer belong to no request.
    if (this.#isWhole)
      this.#ended({ kind: 'done', mayReuse: this.#answer?.mayReuse === true && usedBytes === bytes.length })
    else if (!isFlushed) this.#upstream.pause()
  }

  #startTunnel(found: ResponseHead, rest: Buffer): void {
    const { client, clock, judgement, destination } = this.#input
    const { webSocketKey } = client.head
    const [accept] = valuesOf(found.fields, 'sec-websocket-accept')
    // An upgrade that the client did not ask for, or an invalid one, would be a hole past every check.
    if (webSocketKey === undefined || accept !== acceptOf(webSocketKey))
      return this.#invalid('an upgrade that was not asked for')
    this.#answer = found
    this.#isTunnel = true
    client.startTunnel(toUpgradeHead(found, this.#input))
    const expiry = destination.closesExpired ? expiryOf(judgement) : Infinity
    if (expiry !== Infinity) {
      this.#expiring = createExpiringTunnel(
        (bytes) => client.content(bytes),
        () => {
          client.flush()
          this.#ended(OVER)
        },
      )
      clock.at(expiry, this.#expiring.expire)
    }
    this.#relayTunnel(rest)
  }

  #relayTunnel(bytes: Buffer): void {
    const { client } = this.#input
    if (this.#expiring !== undefined) this.#expiring.fromServer(bytes)
    else if (bytes.length > 0) client.content(bytes)
    if (!client.flush()) this.#upstream.pause()
  }
}

/** RFC 6455 §4.2.2. */
const acceptOf = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
