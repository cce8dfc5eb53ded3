import { describe, expect, it } from 'bun:test'
import type { Decision } from '../../../src/decision/decision.ts'
import type { DecisionEvent } from '../../../src/observe/decision-log.ts'
import { traceDecision } from '../../../src/observe/tracing/trace-events.ts'
import type { Span } from '../../../src/tracing/span.ts'
import { createTracer } from '../../../src/tracing/tracer.ts'

const OF_CLIENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const OF_PROXY = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01'
const BUG: Decision = {
  id: 'd',
  route: 'r',
  policy: undefined,
  issuer: undefined,
  outcome: 'deny',
  reason: 'internal_error',
  status: 503,
  challenge: undefined,
  retryAfterSeconds: undefined,
  denial: { reason: 'internal_error', detail: 'a step' } as never,
}

const headers = (traceparent: string | null) => ({
  get: (name: string) => (name === 'traceparent' ? traceparent : null),
})

function trace(callerFields: DecisionEvent['callerFields'], traceparent: string | null) {
  const spans: Span[] = []
  let id = 0
  const nowMs = (): number => 100
  const tracer = createTracer(
    { ratio: 1, perSecond: 1 },
    {
      record: (span) => void spans.push(span),
      newTraceId: () => 'f'.repeat(32),
      newSpanId: () => String(++id).padStart(16, '0'),
      nowMs,
      random: () => 0,
    },
  )
  const event: DecisionEvent = {
    decision: BUG,
    status: 503,
    request: {
      method: 'GET',
      scheme: 'https',
      host: 'a.example',
      path: '/',
      query: '',
      headers: headers(traceparent),
    },
    via: 'envoy-grpc',
    durationMs: 5,
    clientAddress: undefined,
    callerFields,
  }
  traceDecision(event, tracer, true, nowMs)
  return { event, span: spans[0] }
}

describe('a decision for a proxy', () => {
  it('is below the span of the proxy, not of its client, if the proxy traces', () => {
    expect(trace(headers(OF_PROXY), OF_CLIENT).span?.parentId).toBe('00f067aa0ba902b7')
  })
  it("is below the client's span otherwise", () => {
    expect(trace(headers(null), OF_CLIENT).span?.parentId).toBe('b7ad6b7169203331')
    expect(trace(undefined, OF_CLIENT).span?.parentId).toBe('b7ad6b7169203331')
  })
  it('began as long ago as it took', () => {
    expect(trace(undefined, OF_CLIENT).span).toMatchObject({ startMs: 95, endMs: 100 })
  })
  it("is an error if Warder's own fault denies", () => {
    const { span } = trace(undefined, null)
    expect(span?.error).toBe('internal_error')
    expect(span?.attributes).toMatchObject({ 'error.type': 'internal_error' })
  })
  it('has its place in the event', () => {
    expect(trace(undefined, OF_CLIENT).event.trace?.traceId).toBe('0af7651916cd43dd8448eb211c80319c')
  })
})
