/** Puts a duration into the buckets of a histogram. */
import type { HistogramSeries } from './series.ts'

/** @param boundsMs Of the histogram, in milliseconds, ascending. @param id Of the decision that it belongs to. */
export function observeDuration(
  series: HistogramSeries,
  boundsMs: readonly number[],
  durationMs: number,
  id: string,
): void {
  let bucket = 0
  // Most durations are in the first buckets.
  while (bucket < boundsMs.length && durationMs > (boundsMs[bucket] as number)) bucket += 1
  series.counts[bucket] = (series.counts[bucket] as number) + 1
  series.sum += durationMs / 1_000
  series.exemplars[bucket] = id
  series.exemplarValues[bucket] = durationMs / 1_000
}
