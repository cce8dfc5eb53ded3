/** The values of a metric: one series for each combination of label values. */
import type { MetricDefinition } from './definitions.ts'

/** A value that is counted, or was read. */
export class Series {
  readonly labels: readonly string[]
  value: number
  /** The id of the last decision that was counted here. */
  exemplar: string | undefined = undefined
  /** The labels as they are written, once they were. */
  text: string | undefined = undefined

  constructor(labels: readonly string[], value = 0) {
    this.labels = labels
    this.value = value
  }
}

/** Observations in buckets. */
export class HistogramSeries {
  readonly labels: readonly string[]
  /** Observations of each bucket alone; the last one is for all beyond the largest bound. */
  readonly counts: number[]
  sum = 0
  /** The id of the last decision in each bucket, and what was observed then. */
  readonly exemplars: (string | undefined)[]
  readonly exemplarValues: number[]
  text: string | undefined = undefined

  /** @param buckets How many bounds there are. */
  constructor(labels: readonly string[], buckets: number) {
    this.labels = labels
    this.counts = Array.from({ length: buckets + 1 }, () => 0)
    this.exemplars = Array.from({ length: buckets + 1 }, () => undefined)
    this.exemplarValues = Array.from({ length: buckets + 1 }, () => 0)
  }
}

export type AnySeries = Series | HistogramSeries

/** A series without values. */
export function createSeries({ buckets }: MetricDefinition, labels: readonly string[]): AnySeries {
  return buckets === undefined ? new Series(labels) : new HistogramSeries(labels, buckets.length)
}

/** Identifies a combination of label values. */
export const keyOf = (labels: readonly string[]): string => labels.join('\u0000')
