/**
 * One request, from its head to the end of its answer: judged, sent on, answered. Bytes flow through without being
 * kept: who sends faster than the other side takes is paused.
 */
import { admit, type Admission } from './admission.ts'
import { createBodyReader, type BodyReader } from './body-reader.ts'
import { createBodyWriter, type BodyWriter } from './body-writer.ts'
import { readClientRequest, upstreamHeadText, type ClientRequest } from './client-request.ts'
import { startExchangeClock, type ExchangeClock } from './exchange-clock.ts'
import { DECISION_TIMEOUT_MS, type ExchangeContext } from './exchange-context.ts'
import { FAULT_STATUS, GONE, isRepeatable, NO_BYTES, type Ended, type ExchangeEnd } from './exchange-end.ts'
import type { GatewayFault } from './gateway-event.ts'
import type { Judgement } from './judge.ts'
import { CONTINUE, ownAnswerText, type OwnAnswer } from './own-answer.ts'
import { relayAnswer, type AnswerDone, type AnswerEnd, type AnswerRelay } from './relay-answer.ts'
import { announcedBytes, type RequestHead } from './request-head.ts'
import type { Destination } from './rules.ts'
import type { Link, ServerPool } from './server-pool.ts'
import type { UpstreamSettings } from './settings.ts'
import { createUploadPace, type UploadPace } from './upload-pace.ts'
import type { Wire, WireEvents } from './wire.ts'

/** Takes over the events of the client's wire until `ended` is called, once. */
export class Exchange implements WireEvents {
  readonly #client: Wire
  readonly #context: ExchangeContext
  readonly #ended: Ended
  readonly #clock: ExchangeClock
  readonly #body: BodyReader
  readonly #request: ClientRequest
  readonly #tried: ServerPool[] = []
  /** Bytes of the client that were not sent on: of the body before there is a link, of the next request after it. */
  #rest: Buffer
  #judgement: Judgement | undefined
  #destination: Destination | undefined
  #pool: ServerPool | undefined
  #link: Link | undefined
  #writer: BodyWriter | undefined
  #answer: AnswerRelay | undefined
  /** A whole answer to a request that is still arriving. */
  #early: AnswerDone | undefined
  #cancelWait = (): void => {}
  #id = ''
  #pace: UploadPace | undefined
  #isOver = false

  /** @param rest Bytes of the client that arrived behind the head. */
  constructor(client: Wire, head: RequestHead, rest: Buffer, context: ExchangeContext, ended: Ended) {
    this.#client = client
    this.#rest = rest
    this.#context = context
    this.#ended = ended
    this.#body = createBodyReader(head.framing)
    this.#request = readClientRequest(head, client.peer, context.proto, context.rules)
    this.#clock = startExchangeClock(context.deadlines, DECISION_TIMEOUT_MS, () => this.#late())
  }

  start(): void {
    this.#client.events = this
    const cancel = admit(this.#request, this.#context.rules, (admission) => this.#admitted(admission))
    if (this.#id === '') this.#cancelWait = cancel
  }

  onData(bytes: Buffer): void {
    if (this.#answer?.isTunnel === true) this.#sendTunnel(bytes)
    else if (this.#writer !== undefined && !this.#body.isDone) this.#sendBody(bytes)
    else {
      // What follows waits in the kernel for its turn.
      this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
      this.#client.pause()
    }
  }

  onDrain(isEmpty: boolean): void {
    this.#touch()
    if (isEmpty) this.#link?.wire.resume()
  }

  /** Like nginx, we take a client that sends no more for one that has left: most do not half-close. */
  onEnd(): void {
    if (this.#answer?.isTunnel === true) this.#link?.wire.finish()
    else this.#gone('client_closed', '')
  }

  onClose(): void {
    this.#gone(this.#answer?.isTunnel === true ? undefined : 'client_closed', '')
  }

  #late(): void {
    if (this.#clock.isTotalOver()) return this.#fail('total_timeout', '')
    if (this.#destination === undefined) return this.#fail('no_server', 'no decision in time')
    if (this.#link === undefined) return this.#connectFailed('connect timeout')
    const hasBegun = this.#answer?.hasBegun === true
    // While the server takes nothing, the client cannot be blamed for sending nothing.
    if (!hasBegun && !this.#body.isDone && this.#pace?.isHeldBack !== true)
      return this.#fail('request_timeout', 'silence within the body')
    if (!hasBegun) this.#pool?.report('failed', performance.now())
    this.#fail(hasBegun ? 'idle_timeout' : 'response_timeout', '')
  }

  /** Something moved: the silence begins anew. */
  #touch(): void {
    const limits = this.#limits
    if (limits === undefined || this.#link === undefined) return
    // The server has its own time to answer, once it knows the whole question.
    const isAnswerDue = this.#body.isDone && this.#answer?.hasBegun !== true
    this.#clock.allow(isAnswerDue ? limits.responseTimeoutMs : limits.idleTimeoutMs)
  }

  get #limits(): UpstreamSettings | undefined {
    return this.#destination?.upstream.settings
  }

  // The way to a server.

  #admitted({ id, judgement, destination, refusal }: Admission): void {
    if (this.#isOver) return
    this.#id = id
    this.#judgement = judgement
    if (refusal !== undefined) return this.#answerOwn(refusal.answer, refusal.fault, refusal.detail)
    this.#destination = destination
    if (destination === undefined) return this.#fail('no_server', 'the route has no upstream')
    this.#clock.limitTotal(destination.upstream.settings.totalTimeoutMs)
    const { maxBodyBytes = Infinity } = destination.upstream.settings
    if (announcedBytes(this.#request.head) > maxBodyBytes) this.#fail('body_too_large', '')
    else this.#tryNextServer('')
  }

  #tryNextServer(lastFault: string): void {
    const next = this.#destination?.upstream.pick(this.#tried)
    if (next === undefined) return this.#fail('connect_failed', lastFault)
    this.#tried.push(next)
    this.#connect(next, true)
  }

  #connect(pool: ServerPool, mayReuse: boolean): void {
    this.#pool = pool
    this.#clock.allow(this.#limits?.connectTimeoutMs ?? 0)
    let isSettled = false
    const cancel = pool.take(mayReuse, (link, fault) => {
      isSettled = true
      this.#cancelWait = () => {}
      if (link === undefined) this.#connectFailed(fault)
      else this.#linked(link, pool)
    })
    if (!isSettled) this.#cancelWait = cancel
  }

  /** No byte of the request has left, so another server may have it, whatever its method. */
  #connectFailed(fault: string): void {
    this.#cancelWait()
    this.#pool?.report('failed', performance.now())
    this.#tryNextServer(fault)
  }

  #linked(link: Link, pool: ServerPool): void {
    const [destination, judgement] = [this.#destination, this.#judgement]
    if (destination === undefined || judgement === undefined) return
    this.#link = link
    this.#pace = createUploadPace(destination.upstream.settings)
    this.#writer = createBodyWriter(link.wire, this.#request.head.framing.kind === 'chunked')
    const answer = relayAnswer({
      client: this.#client,
      upstream: link.wire,
      head: this.#request.head,
      decisionId: judgement.decision.id,
      isStopping: this.#context.isStopping,
      ended: (end) => this.#answerEnded(end, link, pool),
    })
    this.#answer = answer
    link.wire.events = {
      onData: (bytes) => {
        answer.read(bytes)
        // A head that comes byte by byte gets no more time than one that does not come.
        if (answer.hasBegun || !this.#body.isDone) this.#touch()
        if (answer.isTunnel && this.#rest.length > 0) this.#sendTunnel(NO_BYTES)
      },
      onDrain: (isEmpty) => {
        this.#touch()
        if (isEmpty) this.#pace?.setHeldBack(false)
        if (isEmpty && (answer.isTunnel || !this.#body.isDone)) this.#client.resume()
      },
      onEnd: () => answer.upstreamEnded(true),
      onClose: () => answer.upstreamEnded(false),
    }
    const { rules } = this.#context
    this.#writer.head(upstreamHeadText(this.#request, judgement, destination, pool.settings, rules))
    // Only now: a client that is denied need not send what nobody would read.
    if (this.#request.head.expectsContinue && this.#rest.length === 0) this.#client.write(CONTINUE)
    this.#sendBody(this.#rest)
    if (!this.#isOver && !this.#body.isDone) this.#client.resume()
  }

  #sendBody(bytes: Buffer): void {
    const [writer, pace, limits] = [this.#writer, this.#pace, this.#limits]
    if (writer === undefined || pace === undefined || limits === undefined) return
    const taken = this.#body.read(bytes, (content) => writer.content(content))
    if (taken < 0) return this.#fail('bad_request', 'a chunk that is none')
    this.#rest = bytes.subarray(taken)
    if (writer.contentBytes > (limits.maxBodyBytes ?? Infinity)) return this.#fail('body_too_large', '')
    if (this.#body.isDone) writer.end()
    // Behind the whole request there is nothing to hold back; a tunnel would stay paused.
    pace.setHeldBack(!writer.flush() && !this.#body.isDone)
    const isStreaming = this.#answer?.hasBegun === true && this.#early === undefined
    if (!this.#body.isDone && !isStreaming && pace.isTooSlow(writer.contentBytes))
      return this.#fail('request_timeout', 'a body that comes too slowly')
    this.#touch()
    if (this.#body.isDone && this.#early !== undefined && this.#pool !== undefined)
      return this.#complete(this.#early, this.#pool)
    if (pace.isHeldBack || this.#rest.length > 0) this.#client.pause()
  }

  /** With what came before the tunnel was open. */
  #sendTunnel(bytes: Buffer): void {
    this.#touch()
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    this.#rest = NO_BYTES
    if (this.#link?.wire.write(all) === false) this.#client.pause()
    else this.#client.resume()
  }

  // The end, in all its forms.

  #answerEnded(end: AnswerEnd, link: Link, pool: ServerPool): void {
    if (this.#isOver || this.#link !== link) return
    if (this.#early !== undefined) return this.#complete(this.#early, pool)
    // Who answers early may still read; a client that is cut off while it sends would not see the answer.
    if (end.kind === 'done' && end.keepAlive && !this.#body.isDone) this.#early = end
    else if (end.kind === 'done') this.#complete(end, pool)
    else this.#broken(end, link, pool)
  }

  #complete(end: AnswerDone, pool: ServerPool): void {
    pool.report('ok', performance.now())
    this.#unlink(end.mayReuse && this.#body.isDone)
    const connection = end.keepAlive && this.#body.isDone ? 'next' : 'close'
    this.#finish(this.#answer?.status ?? 0, undefined, '', { rest: this.#rest, connection })
  }

  #broken(end: Exclude<AnswerEnd, AnswerDone>, link: Link, pool: ServerPool): void {
    if (end.kind === 'nothing' && link.isReused && isRepeatable(this.#request.head)) {
      // The server closed an idle connection while the request was on its way. A new connection tells the truth.
      this.#unlink(false)
      return this.#connect(pool, false)
    }
    pool.report('failed', performance.now())
    this.#fail(end.kind === 'invalid' ? 'upstream_invalid' : 'upstream_closed', end.detail)
  }

  #unlink(mayReuse: boolean): void {
    if (this.#link !== undefined) this.#pool?.release(this.#link, mayReuse)
    this.#link = undefined
  }

  #fail(fault: GatewayFault, detail: string): void {
    // Half an answer cannot be taken back; only its missing end tells the client.
    if (this.#answer?.hasBegun === true) this.#gone(fault, detail)
    else this.#answerOwn({ status: FAULT_STATUS[fault], headers: {} }, fault, detail)
  }

  #gone(fault: GatewayFault | undefined, detail: string): void {
    this.#finish(this.#answer?.status ?? 0, fault, detail, GONE)
  }

  /** Answers without a server. A body that is not here yet is not waited for: the connection ends instead. */
  #answerOwn(own: OwnAnswer, fault: GatewayFault | undefined, detail: string): void {
    if (this.#isOver) return
    const isHalfSent = this.#writer !== undefined && !this.#body.isDone
    const taken = isHalfSent ? -1 : this.#body.read(this.#rest, () => {})
    const keepAlive =
      taken >= 0 && this.#body.isDone && !this.#request.head.wantsClose && !this.#context.isStopping()
    this.#id ||= this.#context.rules.newId()
    const text = ownAnswerText(own, this.#id, this.#request.head.method === 'HEAD', keepAlive)
    this.#client.write(Buffer.from(text, 'latin1'))
    const connection = keepAlive ? 'next' : 'close'
    this.#finish(own.status, fault, detail, { rest: this.#rest.subarray(Math.max(taken, 0)), connection })
  }

  #finish(status: number, fault: GatewayFault | undefined, detail: string, end: ExchangeEnd): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#clock.stop()
    this.#cancelWait()
    this.#unlink(false)
    this.#context.onExchange({
      id: this.#id,
      request: this.#request.authz,
      decision: this.#judgement?.decision,
      status,
      upstream: this.#limits?.name,
      server: this.#pool?.settings.url,
      fault,
      detail: detail === '' ? undefined : detail,
      durationMs: this.#clock.elapsedMs(),
      requestBytes: this.#writer?.contentBytes ?? 0,
      responseBytes: this.#answer?.contentBytes ?? 0,
    })
    this.#ended(end)
  }
}
