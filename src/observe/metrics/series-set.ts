/** All series of one metric, of which there is a maximum. */
import type { Sliced } from '../../slices.ts'
import { namesIn, withoutNames, type IsConfigured } from './configured-names.ts'
import type { MetricName } from './definitions.ts'
import { keyOf, type AnySeries } from './series.ts'

/**
 * Most series of a metric in one process: 1,000 routes with 20 reasons each. One takes about 400 bytes with its written
 * form, so all of them take 8 MB.
 */
export const MAX_SERIES = 20_000

export interface SeriesSetOptions<S extends AnySeries> {
  readonly create: (labels: readonly string[]) => S
  /** Called for each look-up that ends at `_other`. */
  readonly onLimit: (name: MetricName) => void
  /** Default {@link MAX_SERIES}. */
  readonly limit?: number
}

export class SeriesSet<S extends AnySeries> {
  readonly name: MetricName
  readonly #options: SeriesSetOptions<S>
  readonly #byKey = new Map<string, S>()
  #version = 0

  constructor(name: MetricName, options: SeriesSetOptions<S>) {
    this.name = name
    this.#options = options
  }

  /** All series, the oldest first; new ones may follow while they are read. */
  [Symbol.iterator](): Iterator<S> {
    return this.#byKey.values()
  }

  get size(): number {
    return this.#byKey.size
  }

  /** Changes when series are dropped: code that has kept one must look it up again. */
  get version(): number {
    return this.#version
  }

  /**
   * The series of these label values, in the order of the definition. At the limit, a new combination is counted with
   * `_other` instead of its names, of which there are few combinations: the other labels have closed sets.
   */
  of(labels: readonly string[]): S {
    const key = keyOf(labels)
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const { create, onLimit, limit = MAX_SERIES } = this.#options
    if (this.#byKey.size >= limit && namesIn(this.name, labels).length > 0) {
      onLimit(this.name)
      return this.of(withoutNames(this.name, labels))
    }
    const created = create(labels)
    this.#byKey.set(key, created)
    return created
  }

  /** Drops the series of names that the configuration no longer has. */
  *retain(isConfigured: IsConfigured): Sliced<undefined> {
    for (const [key, series] of this.#byKey) {
      if (namesIn(this.name, series.labels).some(([label, value]) => !isConfigured(label, value))) {
        this.#byKey.delete(key)
        this.#version += 1
      }
      yield
    }
    return undefined
  }
}
