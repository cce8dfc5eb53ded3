/**
 * An admitted request on its way to a server, and the answer on its way back. Bytes flow through without being kept:
 * a side that sends faster than the other one takes is paused.
 */
import type { ClientEvents, ClientStream } from '../../http/connections/client-stream.ts'
import type { GatewayFault } from '../gateway-event.ts'
import { announcedBytes } from '../../http/messages/request-head.ts'
import type { AnswerBroken, Link } from '../upstream/link.ts'
import type { ServerPool } from '../upstream/server-pool.ts'
import { AttemptSpans } from './attempt-spans.ts'
import { AnswerRelay, type AnswerEnd, type AnswerIntercepted } from './answer-relay.ts'
import type { ForwardingInput } from './exchange-context.ts'
import { isGrpc } from './grpc-answer.ts'
import { isRepeatable, LinkSearch, type LinkSearchEvents } from './link-search.ts'
import type { OwnAnswer } from './own-answer.ts'
import { ServerSide, type ServerSideEvents } from './server-side.ts'
import { createUploadPace, type PaceSettings, type UploadPace } from './upload-pace.ts'
import { toLinkRequest } from './upstream-head.ts'

/** The end, of which there is one. */
export interface ForwardingEvents {
  /** The client has been sent the whole answer. */
  done(): void
  /** The server's answer is replaced by one of the gateway. */
  answerOwn(answer: OwnAnswer): void
  /** @param isCancelled The server has given the exchange up by itself. */
  failed(fault: GatewayFault, detail: string, isCancelled?: boolean): void
  /** The client is gone; without a fault, at the end of a tunnel. */
  gone(fault: GatewayFault | undefined): void
}

/** Takes over the events of the client's stream until the end. */
export class Forwarding implements ClientEvents, LinkSearchEvents, ServerSideEvents {
  readonly #input: ForwardingInput
  readonly #events: ForwardingEvents
  readonly #client: ClientStream
  readonly #search: LinkSearch
  /** Undefined if no spans are recorded. */
  readonly #attempts: AttemptSpans | undefined
  #pace: UploadPace | undefined
  #answer: AnswerRelay | undefined
  /** The one that was found last; it may have been released. */
  #link: Link | undefined
  /** The answer is whole, and the request is still arriving. */
  #isEarly = false
  #askedMs = 0
  #upstreamMs: number | undefined
  #isOver = false

  constructor(input: ForwardingInput, events: ForwardingEvents) {
    this.#input = input
    this.#events = events
    this.#client = input.client
    const { head } = input.client
    const isUpgrade = head.webSocketKey !== undefined
    const { trace } = input.request
    if (trace?.isRecorded === true)
      this.#attempts = new AttemptSpans(trace, head.method, input.destination.upstream.settings.name)
    this.#search = new LinkSearch(input.destination.upstream, isUpgrade, this)
  }

  start(): void {
    const { clock, destination } = this.#input
    clock.limitTotal(destination.upstream.settings.totalTimeoutMs)
    if (this.#isTooLarge(announcedBytes(this.#client.head))) this.#events.failed('body_too_large', '')
    else this.#search.next('')
  }

  /** The server that was tried last. */
  get pool(): ServerPool | undefined {
    return this.#search.pool
  }

  /** Attempts after the first. */
  get retries(): number {
    return this.#search.retries
  }

  /** Of the server's answer; 0 before its head. */
  get status(): number {
    return this.#answer?.status ?? 0
  }

  /** Whether the client has been sent a part of the answer. */
  get hasBegun(): boolean {
    return this.#answer?.hasBegun === true
  }

  /** From the request's head on its way to the first byte of the answer. */
  get upstreamMs(): number | undefined {
    return this.#upstreamMs
  }

  get requestBytes(): number {
    return this.#link?.contentBytes ?? 0
  }

  get responseBytes(): number {
    return this.#answer === undefined ? 0 : this.#client.contentBytes
  }

  /** A deadline of the clock has passed. */
  late(): void {
    if (this.#search.link === undefined) return this.#search.failed('connect timeout')
    // While the server takes nothing, the client cannot be blamed for sending nothing.
    if (!this.hasBegun && !this.#client.isBodyDone && this.#pace?.isHeldBack !== true)
      return this.#events.failed('request_timeout', 'the body stopped arriving')
    if (!this.hasBegun) this.#search.report('failed')
    this.#events.failed(this.hasBegun ? 'idle_timeout' : 'response_timeout', '')
  }

  /** No event is reported from now on. @param fault Why the gateway has given up, if it has. */
  stop(fault: GatewayFault | undefined): void {
    this.#isOver = true
    this.#attempts?.over(this.status, fault)
    this.#search.cancel()
  }

  // The client's side.

  onContent(parts: readonly Buffer[]): void {
    if (this.#answer?.isTunnel === true) this.#sendTunnel(parts)
    else this.#sendBody(parts)
  }

  onDrain(isEmpty: boolean): void {
    this.#touch()
    if (isEmpty) this.#search.link?.resume()
  }

  onTunnelEnd(): void {
    this.#search.link?.finishTunnel()
  }

  onGone(): void {
    // Its answer is whole, and the rest of its request is not needed: the usual end of a stream in both directions.
    if (this.#isEarly && this.#client.isHttp2) this.#complete()
    else this.#events.gone(this.#answer?.isTunnel === true ? undefined : 'client_closed')
  }

  onBroken(detail: string): void {
    this.#events.failed('bad_request', detail)
  }

  #sendBody(parts: readonly Buffer[]): void {
    const [link, pace] = [this.#search.link, this.#pace]
    if (link === undefined || this.#isOver) return
    for (const part of parts) link.content(part)
    if (this.#isTooLarge(link.contentBytes)) return this.#events.failed('body_too_large', '')
    const { isBodyDone } = this.#client
    if (isBodyDone) link.endRequest()
    // Behind the whole request there is nothing to hold back; a tunnel would stay paused.
    const isHeldBack = !link.flush() && !isBodyDone
    pace?.setHeldBack(isHeldBack)
    const isStreaming = this.hasBegun && !this.#isEarly
    if (!isBodyDone && !isStreaming && pace?.isTooSlow(link.contentBytes) === true)
      return this.#events.failed('request_timeout', 'the body arrives too slowly')
    this.#touch()
    if (isBodyDone && this.#isEarly) this.#complete()
    else if (isHeldBack) this.#client.pause()
  }

  #sendTunnel(parts: readonly Buffer[]): void {
    const { link } = this.#search
    if (link === undefined) return
    this.#touch()
    for (const part of parts) link.content(part)
    if (!link.flush()) this.#client.pause()
  }

  #isTooLarge(bytes: number): boolean {
    return bytes > (this.#input.destination.upstream.settings.maxBodyBytes ?? Infinity)
  }

  /** Something moved: the silence begins anew. */
  #touch(): void {
    if (this.#search.link === undefined) return
    const { responseTimeoutMs, idleTimeoutMs } = this.#input.destination.upstream.settings
    // The server has its own time to answer, once it knows the whole question.
    const isAnswerDue = this.#client.isBodyDone && !this.hasBegun
    this.#input.clock.allow(isAnswerDue ? responseTimeoutMs : idleTimeoutMs)
  }

  // The server's side.

  onTry(server: ServerPool | undefined): void {
    if (server !== undefined) this.#attempts?.begin(server)
    const { clock, destination } = this.#input
    clock.allow(destination.upstream.settings.connectTimeoutMs)
  }

  onUnreached(): void {
    this.#attempts?.failed('connect_failed')
  }

  onNone(fault: string): void {
    this.#events.failed('connect_failed', fault)
  }

  onFound(link: Link): void {
    const { clock, request, judgement, destination, headers } = this.#input
    const server = this.#search.pool?.settings
    if (server === undefined) return
    link.chargeTo(this.#client.held)
    // A kept connection is found without a try.
    if (this.#attempts?.current === undefined) this.#attempts?.begin(this.#search.pool)
    const answer = new AnswerRelay(this.#input, link, (end) => this.#answerEnded(end, link))
    this.#link = link
    this.#answer = answer
    const hasBody = this.#client.head.framing.kind !== 'none'
    this.#pace = hasBody ? createUploadPace(this.#paceOf(link)) : undefined
    this.#askedMs = clock.elapsedMs()
    this.#upstreamMs = undefined
    link.events = new ServerSide(answer, link, this)
    const attempt = this.#attempts?.current
    const fault = link.send(toLinkRequest(request, judgement, destination, server, headers, attempt))
    if (fault !== undefined) return this.#events.failed('bad_request', fault)
    this.#sendBody(this.#client.open())
  }

  /** A call of gRPC may send little for long, and a stream of HTTP/2 holds no connection to the server meanwhile. */
  #paceOf({ wire }: Link): PaceSettings {
    const { settings } = this.#input.destination.upstream
    return wire === undefined && isGrpc(this.#client) ? { ...settings, minUploadRate: 0 } : settings
  }

  onArrival(): void {
    this.#upstreamMs ??= this.#input.clock.elapsedMs() - this.#askedMs
  }

  onArrivalEnd({ hasBegun }: AnswerRelay): void {
    // A head that comes byte by byte gets no more time than one that does not come.
    if (hasBegun || !this.#client.isBodyDone) this.#touch()
  }

  onServerDrain(isEmpty: boolean): void {
    this.#touch()
    if (!isEmpty) return
    this.#pace?.setHeldBack(false)
    this.#client.resume()
  }

  onServerBroken(broken: AnswerBroken, link: Link): void {
    this.#answerEnded(broken, link)
  }

  // The end of an answer.

  #answerEnded(end: AnswerEnd, link: Link): void {
    if (this.#isOver || this.#search.link !== link) return
    if (this.#isEarly) return this.#complete()
    // A server that answers early may still read; a client that is cut off while it sends would miss the answer.
    if (end.kind === 'done' && this.#client.goesOn && !this.#client.isBodyDone) this.#isEarly = true
    else if (end.kind === 'done') this.#complete()
    else if (end.kind === 'intercepted') this.#replaced(end)
    else this.#broken(end, link)
  }

  #complete(): void {
    this.#attempts?.answered(this.status)
    this.#search.report('ok')
    this.#search.release(this.#link?.mayCarryAnother === true)
    this.#events.done()
  }

  #replaced({ status, fields }: AnswerIntercepted): void {
    this.#attempts?.answered(status)
    this.#search.report('ok')
    this.#search.release(this.#link?.mayCarryAnother === true)
    this.#events.answerOwn({ status, headers: {}, fields })
  }

  #broken(end: AnswerBroken, link: Link): void {
    this.#attempts?.failed(end.kind === 'invalid' ? 'upstream_invalid' : 'upstream_closed')
    const isUnseen = end.kind === 'nothing' || end.kind === 'refused'
    if (isUnseen && link.isReused && isRepeatable(this.#client.head, end.kind === 'refused')) {
      // The server closed an idle connection while the request was on its way. A new connection shows whether the server is up.
      return this.#search.again()
    }
    this.#search.report('failed')
    const fault = end.kind === 'invalid' ? 'upstream_invalid' : 'upstream_closed'
    this.#events.failed(fault, end.detail, end.isCancelled)
  }
}
