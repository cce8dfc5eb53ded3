import { describe, expect, it } from 'bun:test'
import { createRandomIds } from '../../src/tracing/random-ids.ts'
import type { Span } from '../../src/tracing/span.ts'
import { createTracer, type TracerOptions } from '../../src/tracing/tracer.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const SAMPLED = { traceparent: `00-${TRACE}-${SPAN}-01` }
const UNSAMPLED = { traceparent: `00-${TRACE}-${SPAN}-00` }

/** A tracer with a clock and numbers of its own. */
function startTracer(options: Partial<TracerOptions> = {}) {
  const spans: Span[] = []
  const world = { nowMs: 0, random: 0.5, ids: 0 }
  const id = (digits: number): string => String(++world.ids).padStart(digits, '0')
  const tracer = createTracer(
    { ratio: 1, perSecond: 100, ...options },
    {
      record: (span) => void spans.push(span),
      newTraceId: () => id(32),
      newSpanId: () => id(16),
      nowMs: () => world.nowMs,
      random: () => world.random,
    },
  )
  const headers = (fields: Readonly<Record<string, string>>) => ({
    get: (name: string) => fields[name] ?? null,
  })
  const begin = (fields: Readonly<Record<string, string>>, isTrusted = true) =>
    tracer.begin(headers(fields), isTrusted)
  const beginLast = (fields: Readonly<Record<string, string>>, isTrusted = true) =>
    tracer.beginLast(headers(fields), isTrusted)
  return { tracer, spans, world, begin, beginLast }
}

describe('a request with a trace', () => {
  it('is recorded if its caller is sampled, below the span of the caller', () => {
    const { begin, spans } = startTracer({ ratio: 0 })
    const trace = begin({ ...SAMPLED, tracestate: 'a=1' })
    trace.recordOwn('GET', 'server', { startMs: 1, endMs: 2 }, {})
    expect(spans).toMatchObject([
      { traceId: TRACE, parentId: SPAN, spanId: trace.spanId, tracestate: 'a=1', startMs: 1, endMs: 2 },
    ])
    expect(trace.spanId).not.toBe(SPAN)
  })
  it('sends its spans on as parents, with the flags and the state of the caller', () => {
    const { begin } = startTracer()
    const trace = begin({ ...SAMPLED, tracestate: 'a=1, b=2' })
    const attempt = trace.open('attempt', 'client')
    expect(trace.fieldsUnder(attempt)).toEqual([
      { name: 'traceparent', value: `00-${TRACE}-${attempt?.spanId}-01` },
      { name: 'tracestate', value: 'a=1,b=2' },
    ])
  })
  it('passes its caller on untouched if the caller is not sampled', () => {
    const { begin, spans } = startTracer()
    const trace = begin({ ...UNSAMPLED, tracestate: 'a=1' })
    expect(trace.open('attempt', 'client')).toBeUndefined()
    trace.recordOwn('GET', 'server', { startMs: 1, endMs: 2 }, {})
    expect(spans).toEqual([])
    expect(trace.fieldsUnder(undefined)).toEqual([
      { name: 'traceparent', value: UNSAMPLED.traceparent },
      { name: 'tracestate', value: 'a=1' },
    ])
  })
  it('passes its caller on untouched, flags too, beyond the rate', () => {
    const { begin, world } = startTracer({ perSecond: 2 })
    expect([1, 2, 3].map(() => begin(SAMPLED).isRecorded)).toEqual([true, true, false])
    expect(begin(SAMPLED).fieldsUnder(undefined)).toEqual([
      { name: 'traceparent', value: SAMPLED.traceparent },
    ])
    world.nowMs += 500
    expect([1, 2].map(() => begin(SAMPLED).isRecorded)).toEqual([true, false])
  })
  it('begins another trace, without the state, if nobody trusts its fields', () => {
    const { begin } = startTracer()
    const trace = begin({ ...SAMPLED, tracestate: 'a=1' }, false)
    const [traceparent, ...others] = trace.fieldsUnder(undefined)
    expect(trace.traceId).not.toBe(TRACE)
    expect(traceparent?.value).toBe(`00-${trace.traceId}-${trace.spanId}-01`)
    expect(others).toEqual([])
  })
  it('begins another trace, without the state, if its field is invalid', () => {
    const { begin } = startTracer()
    for (const traceparent of [`ff-${TRACE}-${SPAN}-01`, `${SAMPLED.traceparent}, ${SAMPLED.traceparent}`]) {
      const trace = begin({ traceparent, tracestate: 'a=1' })
      expect(trace.traceId).not.toBe(TRACE)
      expect(trace.fieldsUnder(undefined).length).toBe(1)
    }
  })
})

describe('a request without a trace', () => {
  it('is recorded by the ratio, and tells the next program so', () => {
    const { begin, world } = startTracer({ ratio: 0.5 })
    world.random = 0.49
    expect(begin({}).fieldsUnder(undefined)[0]?.value).toEndWith('-01')
    world.random = 0.5
    const unsampled = begin({})
    expect(unsampled.isRecorded).toBe(false)
    expect(unsampled.fieldsUnder(undefined)[0]?.value).toBe(`00-${unsampled.traceId}-${unsampled.spanId}-00`)
  })
  it('is recorded at most so many times a second, whatever callers have sampled', () => {
    const { begin } = startTracer({ perSecond: 2 })
    for (let i = 0; i < 10; i += 1) begin(SAMPLED)
    expect([1, 2, 3].map(() => begin({}).isRecorded)).toEqual([true, true, false])
  })
  it('has none behind it if it is a decision that is not recorded', () => {
    const { beginLast } = startTracer({ ratio: 0 })
    expect(beginLast({})).toBeUndefined()
    // The log names the trace of the caller.
    expect(beginLast(UNSAMPLED)?.traceId).toBe(TRACE)
  })
})

describe('an open span', () => {
  it('is recorded once', () => {
    const { begin, spans, world } = startTracer()
    const span = begin(SAMPLED).open('a', 'client')
    world.nowMs = 7
    span?.end({ x: 1 }, 'failed')
    span?.end({})
    expect(spans).toMatchObject([{ name: 'a', startMs: 0, endMs: 7, attributes: { x: 1 }, error: 'failed' }])
  })
})

describe('random ids', () => {
  it('are of lower-case digits, and never all zero', () => {
    let draws = 0
    const next = createRandomIds((bytes) => {
      bytes.fill(0)
      if (++draws > 1) bytes.fill(0xab)
    })
    expect(next(8)).toBe('ab'.repeat(8))
    expect(next(16)).toBe('ab'.repeat(16))
  })
  it('are drawn anew', () => {
    const next = createRandomIds((bytes) => crypto.getRandomValues(bytes))
    const ids = new Set(Array.from({ length: 2_000 }, () => next(16)))
    expect(ids.size).toBe(2_000)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
  })
})
