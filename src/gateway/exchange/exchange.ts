/** One request, from its head to the end of its answer: admitted, forwarded, reported. */
import type { Admission } from '../admission.ts'
import { readClientRequest, type ClientRequest } from '../client/client-request.ts'
import type { ClientEvents, ClientStream } from '../../http/connections/client-stream.ts'
import type { CorsHeaders } from '../cors.ts'
import type { Destination } from '../destination.ts'
import type { AskedJudge, GatewayFault } from '../gateway-event.ts'
import type { FieldLine } from '../../http/messages/header-fields.ts'
import type { Judgement } from '../judges/judge.ts'
import { parseClientAddress } from '../../syntax/client-address.ts'
import { DECISION_TIMEOUT_MS, ExchangeClock } from './exchange-clock.ts'
import type { ExchangeContext, ExchangeRules } from './exchange-context.ts'
import { Forwarding, type ForwardingEvents } from './forwarding.ts'
import { isGrpc, toGrpcAnswer } from './grpc-answer.ts'
import { cookieFields, faultAnswer, toWholeAnswer, type OwnAnswer } from './own-answer.ts'

const NOTHING = (): void => {}

/** Takes over the events of the client's stream until it is released or cut off. */
export class Exchange implements ClientEvents, ForwardingEvents {
  readonly #client: ClientStream
  readonly #context: ExchangeContext
  readonly #rules: ExchangeRules
  readonly #clock: ExchangeClock
  readonly #request: ClientRequest
  #route: string | undefined
  #judgement: Judgement | undefined
  #judges: readonly AskedJudge[] | undefined
  #decisionMs: number | undefined
  #destination: Destination | undefined
  /** Once the request may go on. */
  #forwarding: Forwarding | undefined
  #corsHeaders: CorsHeaders | undefined
  /** From auth services that allowed the request. */
  #cookies: readonly FieldLine[] = []
  #cancelAdmission = NOTHING
  /** Of the decision, or of the answer in place of it. */
  #id = ''
  #isOver = false

  /** @param rules Those in force when it begins. */
  constructor(client: ClientStream, context: ExchangeContext, rules: ExchangeRules) {
    this.#client = client
    this.#context = context
    this.#rules = rules
    this.#request = readClientRequest(
      client.head,
      client.peer,
      context.proto,
      rules.isTrusted,
      context.beginTrace,
    )
    this.#clock = new ExchangeClock(context.deadlines, DECISION_TIMEOUT_MS, () => this.#late())
  }

  start(): void {
    this.#client.events = this
    const cancel = this.#rules.admit(this.#request, (admission) => this.#admitted(admission))
    if (this.#id === '') this.#cancelAdmission = cancel
  }

  // The client's side until the request is admitted: the body is not asked for yet.

  onContent(): void {}
  onDrain(): void {}
  onTunnelEnd(): void {}

  onGone(): void {
    this.gone('client_closed')
  }

  onBroken(detail: string): void {
    this.failed('bad_request', detail)
  }

  #admitted({ id, route, judgement, destination, answer, corsHeaders }: Admission): void {
    if (this.#isOver) return
    this.#id = id
    this.#route = route
    this.#judgement = judgement
    this.#judges = judgement && askedJudges(judgement, destination)
    this.#decisionMs = judgement && this.#clock.elapsedMs()
    this.#cookies = cookieFields(judgement?.cookies ?? [])
    if (answer !== undefined) return this.answerOwn(answer)
    this.#corsHeaders = corsHeaders
    this.#destination = destination
    if (destination === undefined || judgement === undefined)
      return this.failed('no_server', 'the route has no upstream')
    this.#forwarding = new Forwarding(
      {
        client: this.#client,
        clock: this.#clock,
        request: this.#request,
        headers: this.#rules.headers,
        judgement,
        destination,
        corsHeaders,
        cookies: this.#cookies,
      },
      this,
    )
    this.#client.events = this.#forwarding
    this.#forwarding.start()
  }

  #late(): void {
    if (this.#clock.isTotalOver()) this.failed('total_timeout', '')
    else if (this.#forwarding === undefined) this.failed('no_server', 'no decision in time')
    else this.#forwarding.late()
  }

  // The end, in all its forms.

  done(): void {
    this.#finish(this.#forwarding?.status ?? 0, undefined)
    this.#client.release()
  }

  failed(fault: GatewayFault, detail: string, isCancelled = false): void {
    // Half an answer cannot be taken back; only its missing end shows the client that it failed.
    const isBegun = this.#forwarding?.hasBegun === true
    // At its deadline, a client of gRPC understands a cancellation; an answer would be another fault to it.
    if (isBegun || (isCancelled && isGrpc(this.#client))) this.gone(fault, detail, isCancelled)
    else this.answerOwn(faultAnswer(fault, detail))
  }

  gone(fault: GatewayFault | undefined, detail?: string, isCancelled = false): void {
    if (this.#isOver) return
    this.#finish(this.#forwarding?.status ?? 0, fault, detail)
    this.#client.abort(isCancelled)
  }

  answerOwn(own: OwnAnswer): void {
    if (this.#isOver) return
    this.#id ||= this.#rules.newId()
    const headers = { ...own.headers, ...this.#corsHeaders }
    // Also if the server fails: once a session was renewed, the old cookie may be worth nothing.
    const fields = [...(own.fields ?? []), ...this.#cookies]
    this.#finish(own.status, own.fault, own.detail)
    const toAnswer = isGrpc(this.#client) ? toGrpcAnswer : toWholeAnswer
    this.#client.answerWhole(toAnswer({ ...own, headers, fields }, this.#id))
    this.#client.release()
  }

  #finish(status: number, fault: GatewayFault | undefined, detail = ''): void {
    const forwarding = this.#forwarding
    this.#isOver = true
    this.#clock.stop()
    this.#cancelAdmission()
    forwarding?.stop(fault)
    this.#context.onExchange({
      id: this.#id,
      request: this.#request.authz,
      route: this.#route,
      decision: this.#judgement?.decision,
      decide: this.#judgement && this.#rules.decide,
      judges: this.#judges,
      clientAddress: parseClientAddress(this.#request.forwarded.realIp),
      status,
      upstream: this.#destination?.upstream.settings.name,
      server: forwarding?.pool?.settings.url,
      address: forwarding?.pool?.ip,
      retries: forwarding?.retries ?? 0,
      fault,
      detail: detail === '' ? undefined : detail,
      durationMs: this.#clock.elapsedMs(),
      decisionMs: this.#decisionMs,
      upstreamMs: forwarding?.upstreamMs,
      requestBytes: forwarding?.requestBytes ?? 0,
      responseBytes: forwarding?.responseBytes ?? 0,
      trace: this.#request.trace,
    })
  }
}

/** The judges of the route that answered, with their answers. */
function askedJudges(
  { verdicts }: Judgement,
  destination: Destination | undefined,
): readonly AskedJudge[] | undefined {
  const inputs = destination?.judges?.inputs
  if (verdicts === undefined || inputs === undefined) return undefined
  return verdicts.map((verdict, index) => {
    const input = inputs[index]
    return {
      kind: input?.kind ?? 'policy',
      policy: input?.kind === 'policy' ? input.policy : undefined,
      verdict,
    }
  })
}
