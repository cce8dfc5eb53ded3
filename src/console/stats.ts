/** Rates of decisions for the plots, from the counts of the admin API. */
import type { StatsPoint } from '../admin/decision-record.ts'
import type { PlotSeries } from './parts/chart.tsx'

/** `top` reasons of all points by their count, the greatest first. */
export function countReasons(
  points: readonly StatsPoint[],
): readonly { readonly reason: string; readonly count: number }[] {
  const counts = new Map<string, number>()
  for (const { reasons } of points)
    for (const [reason, count] of Object.entries(reasons))
      counts.set(reason, (counts.get(reason) ?? 0) + count)
  return [...counts].map(([reason, count]) => ({ reason, count })).toSorted((a, b) => b.count - a.count)
}

const rate = (count: number, { seconds }: StatsPoint): number => count / Math.max(seconds, 1e-3)

/** Decisions a second by outcome. */
export const outcomeSeries = (points: readonly StatsPoint[]): readonly PlotSeries[] => [
  { name: 'allow', colour: 'allow', values: points.map((point) => rate(point.outcomes.allow, point)) },
  { name: 'deny', colour: 'deny', values: points.map((point) => rate(point.outcomes.deny, point)) },
]

/** As many as there are colours. */
const MAX_REASONS = 6

/** Decisions a second of these reasons; those beyond the sixth are one series. */
export function reasonSeries(
  points: readonly StatsPoint[],
  reasons: readonly string[],
): readonly PlotSeries[] {
  const named = reasons.slice(0, MAX_REASONS)
  const rest = reasons.slice(MAX_REASONS)
  const series = named.map((reason, index) => ({
    name: reason,
    colour: `reason${index}`,
    values: points.map((point) => rate(point.reasons[reason] ?? 0, point)),
  }))
  if (rest.length === 0) return series
  const others = points.map((point) =>
    rate(
      rest.reduce((sum, reason) => sum + (point.reasons[reason] ?? 0), 0),
      point,
    ),
  )
  return [...series, { name: `${rest.length} others`, colour: 'others', values: others }]
}

const QUANTILES = ['p50', 'p95', 'p99'] as const

/** Milliseconds from a request to its decision. */
export const latencySeries = (points: readonly StatsPoint[]): readonly PlotSeries[] =>
  QUANTILES.map((name) => ({
    name,
    colour: name,
    values: points.map(({ latencyMs }) => latencyMs?.[name] ?? null),
  }))
