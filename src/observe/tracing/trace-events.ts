/** Makes spans of what a service reports: decisions, and exchanges of the gateway. */
import type { ExchangeEvent } from '../../gateway/gateway-event.ts'
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
 * Records the span of a decision.
 *
 * @param isTrusted Whether the trace of the caller is continued.
 * @param nowMs The clock of spans.
 * @returns The event with its trace, if it has one.
 */
export function traceDecision(
  event: DecisionEvent,
  tracer: Tracer,
  isTrusted: boolean,
  nowMs: () => number,
): DecisionEvent {
  // A decision of the gateway is a part of its exchange.
  if (event.trace !== undefined) return event
  const trace = tracer.beginLast(event.headers ?? event.request?.headers ?? NO_HEADERS, isTrusted)
  if (trace === undefined) return event
  if (trace.isRecorded) {
    const endMs = nowMs()
    const times = { startMs: endMs - event.durationMs, endMs }
    trace.recordOwn(DECIDE, 'server', times, decisionEventAttributes(event), decisionError(event.decision))
  }
  // A spread does not copy what is parsed when it is read.
  return { ...event, clientAddress: event.clientAddress, trace }
}

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
