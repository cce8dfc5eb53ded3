import { describe, expect, it } from 'bun:test'
import { SpanExporter, type Delivery, type LostSpans } from '../../../src/observe/tracing/span-exporter.ts'
import type { Span } from '../../../src/tracing/span.ts'

const span = (name: string): Span => ({
  traceId: '1'.repeat(32),
  spanId: '1'.repeat(16),
  parentId: undefined,
  tracestate: '',
  name,
  kind: 'internal',
  startMs: 0,
  endMs: 1,
  attributes: {},
  error: undefined,
})
const TAKEN: Delivery = { kind: 'taken', rejected: 0 }

/** An exporter with timers of its own; requests end when the test says so. */
function startExporter(deliver: () => Delivery | Promise<Delivery> = () => TAKEN) {
  let nowMs = 0
  let timers: { readonly atMs: number; readonly fn: () => void }[] = []
  const sent: number[] = []
  const lost: LostSpans[] = []
  const exporter = new SpanExporter({
    send: async (spans) => {
      sent.push(spans.length)
      return deliver()
    },
    setTimer: (fn, ms) => {
      const timer = { atMs: nowMs + ms, fn }
      timers.push(timer)
      return () => void (timers = timers.filter((one) => one !== timer))
    },
    onLost: (report) => void lost.push(report),
  })
  const add = (count: number): void => {
    for (let i = 0; i < count; i += 1) exporter.add(span(String(i)))
  }
  const advance = async (ms: number): Promise<void> => {
    nowMs += ms
    const due = timers.filter(({ atMs }) => atMs <= nowMs)
    timers = timers.filter(({ atMs }) => atMs > nowMs)
    for (const { fn } of due) fn()
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
  }
  return { exporter, add, advance, sent, lost, timers: () => timers.length }
}

describe('a span exporter', () => {
  it('needs no timer while there are no spans', () => expect(startExporter().timers()).toBe(0))

  it('sends what came within a second together', async () => {
    const { add, advance, sent } = startExporter()
    add(3)
    await advance(999)
    expect(sent).toEqual([])
    await advance(1)
    expect(sent).toEqual([3])
  })
  it('sends many spans at once, in requests of 256', async () => {
    const { add, advance, sent } = startExporter()
    add(600)
    for (const ms of [0, 0, 1_000]) await advance(ms)
    expect(sent).toEqual([256, 256, 88])
  })
  it('has one request under way, and loses what does not fit meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<Delivery>()
    const { exporter, add, advance, sent, lost } = startExporter(() => promise)
    add(1)
    await advance(1_000)
    add(3_000)
    await advance(1_000)
    expect(sent).toEqual([1])
    expect(exporter.lost).toBe(3_000 - 2_048)
    await advance(60_000)
    expect(lost).toEqual([{ lost: 952, why: undefined }])
    resolve(TAKEN)
    for (const ms of [0, 0, 0]) await advance(ms)
    expect(sent.length).toBeGreaterThan(1)
  })
  it('tries again what the collector may take later, each time after twice as long', async () => {
    const { exporter, add, advance, sent } = startExporter(() => ({
      kind: 'later',
      why: 'it answered 503',
      afterMs: undefined,
    }))
    add(2)
    for (const ms of [1_000, 999, 1, 1_999, 1]) await advance(ms)
    expect(sent).toEqual([2, 2, 2])
    expect(exporter.lost).toBe(0)
  })
  it('waits as long as the collector asks for, up to half a minute', async () => {
    const { add, advance, sent } = startExporter(() => ({ kind: 'later', why: '', afterMs: 3_600_000 }))
    add(1)
    for (const ms of [1_000, 29_999, 1]) await advance(ms)
    expect(sent).toEqual([1, 1])
  })
  it('is bounded in an outage, and reports it once a minute', async () => {
    const { exporter, add, advance, lost } = startExporter(() => ({
      kind: 'later',
      why: 'ECONNREFUSED',
      afterMs: undefined,
    }))
    for (let second = 0; second < 130; second += 1) {
      add(100)
      await advance(1_000)
    }
    expect(lost.map(({ why }) => why)).toEqual(['ECONNREFUSED', 'ECONNREFUSED'].slice(0, lost.length))
    expect(lost.length).toBeLessThanOrEqual(2)
    expect(exporter.lost).toBeGreaterThan(10_000)
    await exporter.stop(1_000)
    expect(exporter.lost).toBe(13_000)
    expect(lost.reduce((sum, one) => sum + one.lost, 0)).toBe(13_000)
  })
  it('loses what the collector refuses or rejects', async () => {
    const answers: Delivery[] = [
      { kind: 'refused', why: 'it answered 401' },
      { kind: 'taken', rejected: 2 },
    ]
    const { exporter, add, advance, lost } = startExporter(() => answers.shift() ?? TAKEN)
    add(5)
    await advance(1_000)
    add(5)
    await advance(1_000)
    expect(exporter.lost).toBe(7)
    await advance(60_000)
    expect(lost).toEqual([{ lost: 7, why: 'it rejected some' }])
  })
  it('sends the rest at the stop, without a wait for other spans', async () => {
    const { exporter, add, sent } = startExporter()
    add(300)
    await exporter.stop(1_000)
    expect(sent).toEqual([256, 44])
    add(1)
    expect(exporter.lost).toBe(1)
  })
  it('stops in time if the collector does not answer', async () => {
    const { exporter, add, advance, lost } = startExporter(() => new Promise<Delivery>(() => undefined))
    add(300)
    const stopped = exporter.stop(1_000)
    await advance(1_000)
    await stopped
    expect(exporter.lost).toBe(44)
    expect(lost).toEqual([{ lost: 44, why: undefined }])
  })
})
