/**
 * One request, from its head to the end of its answer: judged, sent on, answered. Bytes flow through without being
 * kept: who sends faster than the other side takes is paused.
 */
import type { Admission } from '../admission.ts'
import type { AnswerField } from './answer-fields.ts'
import { createBodyWriter, type BodyWriter } from '../http/body-writer.ts'
import { readClientRequest, type ClientRequest } from '../client/client-request.ts'
import type { ClientEvents, ClientStream } from '../client/client-stream.ts'
import type { CorsHeaders } from '../cors.ts'
import { expiryOf } from './expiring-tunnel.ts'
import { DECISION_TIMEOUT_MS, startExchangeClock, type ExchangeClock } from './exchange-clock.ts'
import type { ExchangeContext } from './exchange-context.ts'
import type { GatewayFault } from '../gateway-event.ts'
import type { Judgement } from '../judges/judge.ts'
import { isRepeatable, LinkSearch, type LinkSearchEvents } from './link-search.ts'
import { cookieFields, faultAnswer, type OwnAnswer } from './own-answer.ts'
import { AnswerRelay, type AnswerDone, type AnswerEnd, type AnswerIntercepted } from './answer-relay.ts'
import { announcedBytes } from '../http/request-head.ts'
import type { Destination } from '../destination.ts'
import type { Link } from '../upstream/server-pool.ts'
import type { UpstreamSettings } from '../../settings/upstream/definition.ts'
import { createUploadPace, type UploadPace } from './upload-pace.ts'
import { upstreamHeadText } from './upstream-head.ts'

/** Takes over the events of the client's stream until it is released or cut off. */
export class Exchange implements ClientEvents, LinkSearchEvents {
  readonly #client: ClientStream
  readonly #context: ExchangeContext
  readonly #clock: ExchangeClock
  readonly #request: ClientRequest
  #judgement: Judgement | undefined
  #destination: Destination | undefined
  #search: LinkSearch | undefined
  #link: Link | undefined
  #writer: BodyWriter | undefined
  #answer: AnswerRelay | undefined
  /** A whole answer to a request that is still arriving. */
  #early: AnswerDone | undefined
  #corsHeaders: CorsHeaders | undefined
  /** What an auth service that allowed wants the client to keep. */
  #cookies: readonly AnswerField[] = []
  #cancelAdmission = (): void => {}
  /** Of the decision, or of the answer in place of it. */
  #id = ''
  #pace: UploadPace | undefined
  #isOver = false
  #upstreamMs: number | undefined

  constructor(client: ClientStream, context: ExchangeContext) {
    this.#client = client
    this.#context = context
    this.#request = readClientRequest(client.head, client.peer, context.proto, context.rules.isTrusted)
    this.#clock = startExchangeClock(context.deadlines, DECISION_TIMEOUT_MS, () => this.#late())
  }

  start(): void {
    this.#client.events = this
    const cancel = this.#context.rules.admit(this.#request, (admission) => this.#admitted(admission))
    if (this.#id === '') this.#cancelAdmission = cancel
  }

  // The client's side.

  onContent(parts: readonly Buffer[]): void {
    if (this.#answer?.isTunnel === true) this.#sendTunnel(parts)
    else this.#sendBody(parts)
  }

  onDrain(isEmpty: boolean): void {
    this.#touch()
    if (isEmpty) this.#link?.wire.resume()
  }

  onTunnelEnd(): void {
    this.#link?.wire.finish()
  }

  onGone(): void {
    this.#gone(this.#answer?.isTunnel === true ? undefined : 'client_closed', '')
  }

  onBroken(detail: string): void {
    this.#fail('bad_request', detail)
  }

  #late(): void {
    if (this.#clock.isTotalOver()) return this.#fail('total_timeout', '')
    if (this.#destination === undefined) return this.#fail('no_server', 'no decision in time')
    if (this.#link === undefined) return this.#search?.failed('connect timeout')
    const hasBegun = this.#answer?.hasBegun === true
    // While the server takes nothing, the client cannot be blamed for sending nothing.
    if (!hasBegun && !this.#client.isBodyDone && this.#pace?.isHeldBack !== true)
      return this.#fail('request_timeout', 'silence within the body')
    if (!hasBegun) this.#search?.pool?.report('failed', performance.now())
    this.#fail(hasBegun ? 'idle_timeout' : 'response_timeout', '')
  }

  /** Something moved: the silence begins anew. */
  #touch(): void {
    const limits = this.#limits
    if (limits === undefined || this.#link === undefined) return
    // The server has its own time to answer, once it knows the whole question.
    const isAnswerDue = this.#client.isBodyDone && this.#answer?.hasBegun !== true
    this.#clock.allow(isAnswerDue ? limits.responseTimeoutMs : limits.idleTimeoutMs)
  }

  get #limits(): UpstreamSettings | undefined {
    return this.#destination?.upstream.settings
  }

  #isTooLarge(bytes: number): boolean {
    return bytes > (this.#limits?.maxBodyBytes ?? Infinity)
  }

  // The way to a server.

  #admitted({ id, judgement, destination, answer, corsHeaders }: Admission): void {
    if (this.#isOver) return
    this.#id = id
    this.#judgement = judgement
    this.#cookies = cookieFields(judgement?.cookies ?? [])
    if (answer !== undefined) return this.#answerOwn(answer)
    this.#corsHeaders = corsHeaders
    this.#destination = destination
    if (destination === undefined) return this.#fail('no_server', 'the route has no upstream')
    this.#clock.limitTotal(destination.upstream.settings.totalTimeoutMs)
    if (this.#isTooLarge(announcedBytes(this.#client.head))) return this.#fail('body_too_large', '')
    this.#search = new LinkSearch(destination.upstream, this)
    this.#search.next('')
  }

  onTry(): void {
    this.#clock.allow(this.#limits?.connectTimeoutMs ?? 0)
  }

  onNone(fault: string): void {
    this.#fail('connect_failed', fault)
  }

  onFound(link: Link): void {
    const [destination, judgement] = [this.#destination, this.#judgement]
    const server = this.#search?.pool?.settings
    if (destination === undefined || judgement === undefined || server === undefined) return
    this.#link = link
    link.wire.chargeTo(this.#client.held)
    this.#pace = createUploadPace(destination.upstream.settings)
    this.#writer = createBodyWriter(link.wire, this.#client.head.framing)
    const { intercepts } = destination.upstream
    const answer = new AnswerRelay({
      client: this.#client,
      upstream: link.wire,
      head: this.#client.head,
      decisionId: judgement.decision.id,
      strip: destination.strip,
      rules: { intercepts, corsHeaders: this.#corsHeaders, added: this.#cookies },
      expiry: destination.closesExpired ? expiryOf(judgement, this.#clock) : undefined,
      ended: (end) => this.#answerEnded(end, link),
    })
    this.#answer = answer
    const askedMs = this.#clock.elapsedMs()
    this.#upstreamMs = undefined
    link.wire.events = {
      onData: (bytes) => {
        this.#upstreamMs ??= this.#clock.elapsedMs() - askedMs
        answer.read(bytes)
        // A head that comes byte by byte gets no more time than one that does not come.
        if (answer.hasBegun || !this.#client.isBodyDone) this.#touch()
      },
      onDrain: (isEmpty) => {
        this.#touch()
        if (!isEmpty) return
        this.#pace?.setHeldBack(false)
        this.#client.resume()
      },
      onEnd: () => answer.upstreamEnded(true),
      onClose: () => answer.upstreamEnded(false),
    }
    const { headers } = this.#context.rules
    this.#writer.head(upstreamHeadText(this.#request, judgement, destination, server, headers))
    this.#sendBody(this.#client.open())
  }

  #sendBody(parts: readonly Buffer[]): void {
    const [writer, pace] = [this.#writer, this.#pace]
    if (writer === undefined || pace === undefined || this.#isOver) return
    for (const part of parts) writer.content(part)
    if (this.#isTooLarge(writer.contentBytes)) return this.#fail('body_too_large', '')
    const { isBodyDone } = this.#client
    if (isBodyDone) writer.end()
    // Behind the whole request there is nothing to hold back; a tunnel would stay paused.
    pace.setHeldBack(!writer.flush() && !isBodyDone)
    const isStreaming = this.#answer?.hasBegun === true && this.#early === undefined
    if (!isBodyDone && !isStreaming && pace.isTooSlow(writer.contentBytes))
      return this.#fail('request_timeout', 'a body that comes too slowly')
    this.#touch()
    if (isBodyDone && this.#early !== undefined) this.#complete(this.#early)
    else if (pace.isHeldBack) this.#client.pause()
  }

  #sendTunnel(parts: readonly Buffer[]): void {
    this.#touch()
    for (const part of parts) if (this.#link?.wire.write(part) === false) this.#client.pause()
  }

  // The end, in all its forms.

  #answerEnded(end: AnswerEnd, link: Link): void {
    if (this.#isOver || this.#link !== link) return
    if (this.#early !== undefined) return this.#complete(this.#early)
    // Who answers early may still read; a client that is cut off while it sends would not see the answer.
    if (end.kind === 'done' && this.#client.goesOn && !this.#client.isBodyDone) this.#early = end
    else if (end.kind === 'done') this.#complete(end)
    else if (end.kind === 'intercepted') this.#replaced(end)
    else this.#broken(end, link)
  }

  /** The server has answered well, but with what the client shall not see. */
  #replaced({ status, fields, mayReuse }: AnswerIntercepted): void {
    this.#search?.pool?.report('ok', performance.now())
    this.#unlink(mayReuse && this.#client.isBodyDone)
    this.#answerOwn({ status, headers: {}, fields })
  }

  #complete(end: AnswerDone): void {
    this.#search?.pool?.report('ok', performance.now())
    this.#unlink(end.mayReuse && this.#client.isBodyDone)
    this.#finish(this.#answer?.status ?? 0, undefined)
    this.#client.release()
  }

  #broken(end: Exclude<AnswerEnd, AnswerDone | AnswerIntercepted>, link: Link): void {
    if (end.kind === 'nothing' && link.isReused && isRepeatable(this.#client.head)) {
      // The server closed an idle connection while the request was on its way. A new connection tells the truth.
      this.#unlink(false)
      return this.#search?.again()
    }
    this.#search?.pool?.report('failed', performance.now())
    this.#fail(end.kind === 'invalid' ? 'upstream_invalid' : 'upstream_closed', end.detail)
  }

  #unlink(mayReuse: boolean): void {
    if (this.#link !== undefined) this.#search?.pool?.release(this.#link, mayReuse)
    this.#link = undefined
  }

  #fail(fault: GatewayFault, detail: string): void {
    // Half an answer cannot be taken back; only its missing end tells the client.
    if (this.#answer?.hasBegun === true) this.#gone(fault, detail)
    else this.#answerOwn(faultAnswer(fault, detail))
  }

  #gone(fault: GatewayFault | undefined, detail: string): void {
    if (this.#isOver) return
    this.#finish(this.#answer?.status ?? 0, fault, detail)
    this.#client.abort()
  }

  /** Answers without a server. */
  #answerOwn(own: OwnAnswer): void {
    if (this.#isOver) return
    this.#id ||= this.#context.rules.newId()
    const headers = { ...own.headers, ...this.#corsHeaders }
    // Also where the server fails: of a session that was renewed, the old cookie may be worth nothing.
    const fields = [...(own.fields ?? []), ...this.#cookies]
    this.#finish(own.status, own.fault, own.detail)
    this.#client.answerOwn({ ...own, headers, fields }, this.#id)
    this.#client.release()
  }

  #finish(status: number, fault: GatewayFault | undefined, detail = ''): void {
    this.#isOver = true
    this.#clock.stop()
    this.#cancelAdmission()
    this.#search?.cancel()
    this.#unlink(false)
    this.#context.onExchange({
      id: this.#id,
      request: this.#request.authz,
      decision: this.#judgement?.decision,
      status,
      upstream: this.#limits?.name,
      server: this.#search?.pool?.settings.url,
      address: this.#search?.pool?.ip,
      fault,
      detail: detail === '' ? undefined : detail,
      durationMs: this.#clock.elapsedMs(),
      upstreamMs: this.#upstreamMs,
      requestBytes: this.#writer?.contentBytes ?? 0,
      responseBytes: this.#answer === undefined ? 0 : this.#client.contentBytes,
    })
  }
}
