/** The metrics of one process. */
import type { Sliced } from '../../slices.ts'
import { hasNames, type IsConfigured } from './configured-names.ts'
import {
  definitionOf,
  METRIC_NAMES,
  type CounterName,
  type HistogramName,
  type MetricName,
} from './definitions.ts'
import { HistogramSeries, Series, type AnySeries } from './series.ts'
import { SeriesSet } from './series-set.ts'

/**
 * The series of one metric. Where there is a version, and it is the same as before, the series are the same as before, in
 * the same order, and new ones follow them.
 */
export type Family = Iterable<AnySeries> & { readonly version?: number }

/** Every metric that has values, in the order of the definitions. */
export type Families = ReadonlyMap<MetricName, Family>

/** Gives a metric a value. Label values are in the order of the definition. */
export type WriteValue = (name: MetricName, labels: readonly string[], value: number) => void

/** Reads values that are known elsewhere, at each scrape. Labels must differ in each call. */
export type ReadValues = (write: WriteValue) => void

export interface RegistryOptions {
  /** Called once for each metric that has as many series as it may. */
  readonly onLimit: (name: MetricName, limit: number) => void
  /** Default MAX_SERIES. */
  readonly limit?: number
}

/**
 * To add a metric: a row in definitions.ts, and either a counter or histogram from here, to be counted where it happens,
 * or a function that reads its value at each scrape.
 */
export class MetricsRegistry {
  readonly #options: RegistryOptions
  readonly #sets = new Map<MetricName, SeriesSet<AnySeries>>()
  readonly #readers: ReadValues[] = []
  readonly #limited = new Set<MetricName>()

  constructor(options: RegistryOptions) {
    this.#options = options
  }

  /** The series of a counter. The same ones for the same name. */
  counter(name: CounterName): SeriesSet<Series> {
    return this.#set(name, (labels) => new Series(labels))
  }

  histogram(name: HistogramName): SeriesSet<HistogramSeries> {
    const { buckets = [] } = definitionOf(name)
    return this.#set(name, (labels) => new HistogramSeries(labels, buckets.length))
  }

  readAtScrape(read: ReadValues): void {
    this.#readers.push(read)
  }

  /** The values of this moment; counters go on counting. */
  families(): Families {
    const read = new Map<MetricName, Series[]>()
    const write: WriteValue = (name, labels, value) => {
      const series = new Series(labels, value)
      const others = read.get(name)
      if (others === undefined) read.set(name, [series])
      else others.push(series)
    }
    for (const reader of this.#readers) reader(write)
    const families = new Map<MetricName, Family>()
    for (const name of METRIC_NAMES) {
      const series = this.#sets.get(name) ?? read.get(name)
      if (series !== undefined) families.set(name, series)
    }
    return families
  }

  /** Drops the series of names that the configuration no longer has. */
  *retain(isConfigured: IsConfigured): Sliced<undefined> {
    for (const set of this.#sets.values()) yield* set.retain(isConfigured)
    return undefined
  }

  #set<S extends AnySeries>(name: MetricName, create: (labels: readonly string[]) => S): SeriesSet<S> {
    const known = this.#sets.get(name)
    // Of the type that the definition names.
    if (known !== undefined) return known as unknown as SeriesSet<S>
    const { limit } = this.#options
    const set = new SeriesSet<S>(name, {
      create,
      onLimit: (full) => this.#noteLimit(full),
      ...(limit !== undefined && { limit }),
    })
    this.#sets.set(name, set)
    if (hasNames(name)) this.counter('warder_metrics_limited_total').of([name])
    return set
  }

  #noteLimit(name: MetricName): void {
    this.counter('warder_metrics_limited_total').of([name]).value += 1
    if (this.#limited.has(name)) return
    this.#limited.add(name)
    this.#options.onLimit(name, this.#sets.get(name)?.size ?? 0)
  }
}
