/** What the process with the admin listener remembers of the metrics of the others, so that labels are sent once. */

/** The series of a metric in one process that the asker knows: so many, of this version of the metric. */
export type KnownSeries = readonly [version: number, count: number]

export interface KnownProcess {
  /** Distinguishes processes that have the same pid one after the other. */
  readonly startedMs: number
  /** By the name of the metric. */
  readonly series: Readonly<Record<string, KnownSeries>>
}

/** By pid. */
export type MetricsAsked = Readonly<Record<number, KnownProcess>>
