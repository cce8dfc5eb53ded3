/** Makes spans of what a service reports: decisions, and exchanges of the gateway. */
import type { ExchangeEvent } from '../../gateway/gateway-event.ts'
import type { HeaderReader } from '../../request/authz-request.ts'
import type { Tracer } from '../../tracing/tracer.ts'
import type { DecisionEvent } from '../decision-log.ts'
import {
  decisionAttributes,
  decisionError,
  decisionEventAttributes,
  exchangeAttributes,
  exchangeError,
  exchangeName,
} from './span-attributes.ts'

const DECIDE = 'warder.decide'
const NO_HEADERS = { get: () => null }

/**
 * Records the span of a decision, and writes its place into the event.
 *
 * @param isTrusted Whether the trace of the caller is continued.
 * @param nowMs The clock of spans.
 */
export function traceDecision(
  event: DecisionEvent,
  tracer: Tracer,
  isTrusted: boolean,
  nowMs: () => number,
): void {
  // A decision of the gateway is a part of its exchange.
  if (event.trace !== undefined) return
  const trace = tracer.beginLast(fieldsOf(event), isTrusted)
  if (trace === undefined) return
  event.trace = trace
  if (trace.isRecorded) {
    const endMs = nowMs()
    const times = { startMs: endMs - event.durationMs, endMs }
    trace.recordOwn(DECIDE, 'server', times, decisionEventAttributes(event), decisionError(event.decision))
  }
}

/** A proxy that traces calls Warder below its own span, and may describe the request with its client's. */
const fieldsOf = ({ callerFields, request }: DecisionEvent): HeaderReader =>
  ((callerFields?.get('traceparent') ?? null) === null ? request?.headers : callerFields) ?? NO_HEADERS

/** Records the span of an exchange, and that of the decision in it. */
export function traceExchange(event: ExchangeEvent, nowMs: () => number): void {
  const { trace, decision, decisionMs, durationMs } = event
  if (trace?.isRecorded !== true) return
  const endMs = nowMs()
  const startMs = endMs - durationMs
  if (decision !== undefined && decisionMs !== undefined)
    trace.recordDecide(
      DECIDE,
      { startMs, endMs: startMs + decisionMs },
      decisionAttributes(decision, 'gateway'),
      decisionError(decision),
    )
  const error = exchangeError(event)
  trace.recordOwn(exchangeName(event), 'server', { startMs, endMs }, exchangeAttributes(event), error)
}
