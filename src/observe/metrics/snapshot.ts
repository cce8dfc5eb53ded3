/** The metrics of a process on their way to the process that has the admin listener, as JSON. */
import type { Sliced } from '../../slices.ts'
import { definitionOf, type MetricName } from './definitions.ts'
import type { Families } from './registry.ts'
import { HistogramSeries, Series, type AnySeries } from './series.ts'

/** What one process has counted and read. */
export interface ProcessSnapshot {
  readonly pid: number
  /** Distinguishes processes that have the same pid one after the other. */
  readonly startedMs: number
  readonly families: Families
}

/** Labels, value and exemplar; or labels, sum, counts, exemplars and what was observed with them. */
type Row =
  | readonly [readonly string[], number, string | null]
  | readonly [readonly string[], number, readonly number[], readonly (string | null)[], readonly number[]]

/** Series in one slice. */
const SLICE_SERIES = 64

/** Writes a snapshot in slices; {@link readSnapshot} reads it. */
export function* writeSnapshot({ pid, startedMs, families }: ProcessSnapshot): Sliced<string> {
  const written: string[] = []
  for (const [name, all] of families) {
    const rows: string[] = []
    for (const series of all) {
      rows.push(JSON.stringify(rowOf(series)))
      if (rows.length % SLICE_SERIES === 0) yield
    }
    written.push(`[${JSON.stringify(name)},[${rows.join(',')}]]`)
    yield
  }
  return `[${pid},${startedMs},[${written.join(',')}]]`
}

/** Reads what another process of this service has written. */
export function readSnapshot(text: string): ProcessSnapshot {
  const [pid, startedMs, families] = JSON.parse(text) as [number, number, [MetricName, Row[]][]]
  return {
    pid,
    startedMs,
    families: new Map(families.map(([name, rows]) => [name, rows.map((row) => toSeries(name, row))])),
  }
}

const rowOf = (series: AnySeries): Row =>
  series instanceof Series
    ? [series.labels, series.value, series.exemplar ?? null]
    : [
        series.labels,
        series.sum,
        series.counts,
        series.exemplars.map((id) => id ?? null),
        series.exemplarValues,
      ]

function toSeries(name: MetricName, row: Row): AnySeries {
  if (row.length === 3) {
    const series = new Series(row[0], row[1])
    series.exemplar = row[2] ?? undefined
    return series
  }
  const [labels, sum, counts, exemplars, values] = row
  const series = new HistogramSeries(labels, definitionOf(name).buckets?.length ?? 0)
  series.sum = sum
  for (const index of series.counts.keys()) {
    series.counts[index] = counts[index] ?? 0
    series.exemplars[index] = exemplars[index] ?? undefined
    series.exemplarValues[index] = values[index] ?? 0
  }
  return series
}
