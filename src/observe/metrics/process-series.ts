/** What the process with the admin listener keeps of the metrics of another one. */
import type { KnownProcess, KnownSeries } from '../../admin/metrics-asked.ts'
import { definitionOf, type MetricName } from './definitions.ts'
import type { Families } from './registry.ts'
import { createSeries, Series, type AnySeries } from './series.ts'
import type { FamilySnapshot, ProcessSnapshot } from './snapshot.ts'

/** The series of one process, with the values of its last snapshot. */
export class ProcessSeries {
  readonly startedMs: number
  #families = new Map<MetricName, AnySeries[]>()
  /** What the next snapshot may leave out. */
  #known: Readonly<Record<string, KnownSeries>> = {}

  constructor(startedMs: number) {
    this.startedMs = startedMs
  }

  get families(): Families {
    return this.#families
  }

  get known(): KnownProcess {
    return { startedMs: this.startedMs, series: this.#known }
  }

  /** Takes the next snapshot, which was written for what was known here. */
  take({ families }: ProcessSnapshot): void {
    const taken = new Map<MetricName, AnySeries[]>()
    const known: Record<string, KnownSeries> = {}
    for (const family of families) {
      const { name, version } = family
      const all = this.#families.get(name)?.slice(0, family.known) ?? []
      for (const labels of family.labels) all.push(createSeries(definitionOf(name), labels))
      setValues(all, family)
      taken.set(name, all)
      if (version !== null) known[name] = [version, all.length]
    }
    this.#families = taken
    this.#known = known
  }
}

function setValues(all: readonly AnySeries[], { numbers, exemplars }: FamilySnapshot): void {
  let number = 0
  let exemplar = 0
  for (const series of all) {
    if (series instanceof Series) {
      series.value = numbers[number++] ?? 0
      series.exemplar = exemplars[exemplar++] || undefined
      continue
    }
    series.sum = numbers[number++] ?? 0
    for (const bucket of series.counts.keys()) {
      series.counts[bucket] = numbers[number + bucket] ?? 0
      series.exemplarValues[bucket] = numbers[number + series.counts.length + bucket] ?? 0
      series.exemplars[bucket] = exemplars[exemplar++] || undefined
    }
    number += 2 * series.counts.length
  }
}
