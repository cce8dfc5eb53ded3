import { describe, expect, it } from 'bun:test'
import { MetricsRegistry, type Families } from '../../../src/observe/metrics/registry.ts'
import { HistogramSeries, Series } from '../../../src/observe/metrics/series.ts'
import { readSnapshot, writeSnapshot } from '../../../src/observe/metrics/snapshot.ts'
import { WorkerTotals } from '../../../src/observe/metrics/worker-totals.ts'
import { finishNow } from '../../../src/slices.ts'

const LABELS = ['allow', 'ok', 'orders', 'read', 'main', 'nginx']

/** What a worker sends: so many decisions, and as many entries of its cache. */
function snapshot(pid: number, decisions: number, startedMs = 1, route = 'orders') {
  const registry = new MetricsRegistry({ onLimit: () => undefined })
  const series = registry.counter('warder_decisions_total').of(LABELS.with(2, route))
  series.value = decisions
  series.exemplar = `0${decisions}`
  const durations = registry.histogram('warder_decision_duration_seconds').of(['allow'])
  durations.counts[1] = decisions
  durations.sum = decisions / 10
  durations.exemplars[1] = `0${decisions}`
  durations.exemplarValues[1] = decisions / 100
  registry.readAtScrape((write) => {
    write('warder_token_cache_entries', [], decisions)
    write('warder_event_loop_lag_seconds', [], decisions)
    write('process_start_time_seconds', [], decisions)
    write('warder_build_info', ['1.0.0', 'bun'], 1)
  })
  return readSnapshot(finishNow(writeSnapshot({ pid, startedMs, families: registry.families() }, {})))
}

const valuesOf = (families: Families, name: Parameters<Families['get']>[0]): readonly number[] =>
  [...(families.get(name) ?? [])].map((series) => (series instanceof Series ? series.value : series.sum))

function openTotals() {
  const totals = new WorkerTotals()
  const own: Families = new Map()
  return {
    totals,
    families: () => totals.withOwn(own),
    decisions: () => valuesOf(totals.withOwn(own), 'warder_decisions_total'),
    entries: () => valuesOf(totals.withOwn(own), 'warder_token_cache_entries'),
  }
}

describe('the totals of workers', () => {
  it('add what workers have counted, and what they hold', () => {
    const { totals, families, decisions, entries } = openTotals()
    totals.take([snapshot(1, 5), snapshot(2, 7)], new Set([1, 2]))
    expect(decisions()).toEqual([12])
    expect(entries()).toEqual([12])
    expect(valuesOf(families(), 'warder_event_loop_lag_seconds')).toEqual([7])
    expect(valuesOf(families(), 'process_start_time_seconds')).toEqual([5])
    expect(valuesOf(families(), 'warder_build_info')).toEqual([1])
    const [durations] = families().get('warder_decision_duration_seconds') ?? []
    expect(durations).toBeInstanceOf(HistogramSeries)
    if (!(durations instanceof HistogramSeries)) return
    expect(durations.counts[1]).toBe(12)
    expect(durations.sum).toBeCloseTo(1.2)
    // Of the newest decision.
    expect([durations.exemplars[1], durations.exemplarValues[1]]).toEqual(['07', 0.07])
  })

  it('keep what an ended worker has counted, and not what it held', () => {
    const { totals, decisions, entries } = openTotals()
    totals.take([snapshot(1, 5), snapshot(2, 7)], new Set([1, 2]))
    totals.take([snapshot(1, 6)], new Set([1]))
    expect(decisions()).toEqual([13])
    expect(entries()).toEqual([6])
    // Its successor.
    totals.take([snapshot(1, 6), snapshot(3, 1)], new Set([1, 3]))
    expect(decisions()).toEqual([14])
    totals.take([snapshot(3, 2)], new Set([3]))
    expect(decisions()).toEqual([15])
  })

  it('go on with the last snapshot of a worker that did not answer', () => {
    const { totals, decisions, entries } = openTotals()
    totals.take([snapshot(1, 5), snapshot(2, 7)], new Set([1, 2]))
    totals.take([snapshot(1, 6)], new Set([1, 2]))
    expect(decisions()).toEqual([13])
    expect(entries()).toEqual([13])
    totals.take([snapshot(1, 6), snapshot(2, 8)], new Set([1, 2]))
    expect(decisions()).toEqual([14])
  })

  it('tell a process from its predecessor with the same pid', () => {
    const { totals, decisions } = openTotals()
    totals.take([snapshot(1, 5, 1)], new Set([1]))
    totals.take([snapshot(1, 2, 2)], new Set([1]))
    expect(decisions()).toEqual([7])
    totals.take([snapshot(1, 3, 2)], new Set([1]))
    expect(decisions()).toEqual([8])
  })

  it('forget what ended workers have counted for routes that are gone', () => {
    const { totals, decisions } = openTotals()
    totals.take([snapshot(1, 5), snapshot(2, 7, 1, 'items')], new Set([1, 2]))
    totals.take([], new Set())
    expect(decisions()).toEqual([5, 7])
    finishNow(totals.retain((label, value) => label !== 'route' || value === 'items'))
    expect(decisions()).toEqual([7])
  })

  it('change nothing in the metrics of this process', () => {
    const totals = new WorkerTotals()
    const registry = new MetricsRegistry({ onLimit: () => undefined })
    registry.counter('warder_decisions_total').of(LABELS).value = 1
    totals.take([snapshot(1, 5)], new Set([1]))
    for (let i = 0; i < 3; i++)
      expect(valuesOf(totals.withOwn(registry.families()), 'warder_decisions_total')).toEqual([6])
  })
})
