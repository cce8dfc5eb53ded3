/** Statistics of a span of time: what the counts of the processes have grown by. */
import type { StatsPoint } from './decision-record.ts'
import type { DecisionCounts } from './process-decisions.ts'
import type { AskAll } from './questions.ts'

/** Measures the time since the last call, or since it was made. */
export type Meter = () => Promise<StatsPoint>

/**
 * A process that has ended is left out from its last answer on; one that is new counts from its start.
 *
 * @param nowMs Epoch milliseconds.
 * @param isAtStart The service has just started: its first decisions count. Otherwise, the first point has none.
 */
export function createMeter(askAll: AskAll, nowMs: () => number, isAtStart: boolean): Meter {
  let before = new Map<string, DecisionCounts>()
  let beforeMs = nowMs()
  let isFirst = !isAtStart
  return async () => {
    const answers = await askAll('counts', null)
    const timeMs = nowMs()
    const spans = answers.map((counts) => spanOf(before.get(counts.process), counts))
    const point = pointOf(timeMs, Math.max(0, timeMs - beforeMs) / 1_000, isFirst ? [] : spans)
    // One that did not answer in time is asked again.
    before = new Map([...before, ...answers.map((counts) => [counts.process, counts] as const)].slice(-MAX))
    beforeMs = timeMs
    isFirst = false
    return point
  }
}

/** Processes that are remembered: more than there are, and those that have ended lately. */
const MAX = 1_024

/** What was counted in between. */
interface Span {
  readonly reasons: ReadonlyMap<string, number>
  readonly allow: number
  readonly deny: number
  readonly durations: ReadonlyMap<number, number>
}

function spanOf(before: DecisionCounts | undefined, now: DecisionCounts): Span {
  const allow = increase(Object.entries(now.allow), Object.entries(before?.allow ?? {}))
  const deny = increase(Object.entries(now.deny), Object.entries(before?.deny ?? {}))
  return {
    reasons: new Map([...allow, ...deny]),
    allow: sum(allow.values()),
    deny: sum(deny.values()),
    durations: increase(now.durations, before?.durations ?? []),
  }
}

function increase<K>(
  now: readonly (readonly [K, number])[],
  before: readonly (readonly [K, number])[],
): ReadonlyMap<K, number> {
  const known = new Map(before)
  return new Map(
    now.flatMap(([key, count]) => {
      const more = count - (known.get(key) ?? 0)
      return more > 0 ? [[key, more] as const] : []
    }),
  )
}

function pointOf(timeMs: number, seconds: number, spans: readonly Span[]): StatsPoint {
  const durations = [...merged(spans.map((span) => span.durations))].toSorted(([a], [b]) => a - b)
  return {
    timeMs,
    seconds: Math.round(seconds * 1_000) / 1_000,
    outcomes: { allow: sum(spans.map(({ allow }) => allow)), deny: sum(spans.map(({ deny }) => deny)) },
    reasons: Object.fromEntries(merged(spans.map(({ reasons }) => reasons))),
    latencyMs:
      durations.length === 0
        ? null
        : { p50: quantile(durations, 0.5), p95: quantile(durations, 0.95), p99: quantile(durations, 0.99) },
  }
}

function merged<K>(all: readonly ReadonlyMap<K, number>[]): ReadonlyMap<K, number> {
  const total = new Map<K, number>()
  for (const one of all) for (const [key, count] of one) total.set(key, (total.get(key) ?? 0) + count)
  return total
}

/** The bound that so many were below: at most a fifth too high. */
function quantile(durations: readonly (readonly [number, number])[], share: number): number {
  const wanted = share * sum(durations.map(([, count]) => count))
  let seen = 0
  for (const [bound, count] of durations) {
    seen += count
    if (seen >= wanted) return Math.round(bound * 10_000) / 10_000
  }
  return 0
}

const sum = (counts: Iterable<number>): number => {
  let total = 0
  for (const count of counts) total += count
  return total
}
