/** The metrics of several processes as those of one. */
import { definitionOf, METRIC_NAMES, type MetricDefinition, type MetricName } from './definitions.ts'
import type { Families } from './registry.ts'
import type { Sliced } from '../../slices.ts'
import { namesIn, type IsConfigured } from './configured-names.ts'
import { HistogramSeries, keyOf, Series, type AnySeries } from './series.ts'

/** Series by their labels, which may be added to. */
export type Totals = Map<MetricName, Map<string, AnySeries>>

/** Adds families to totals. Only counters and histograms go on after their process has ended. */
export function addTo(totals: Totals, families: Families, isEnded = false): void {
  for (const [name, all] of families) {
    const definition = definitionOf(name)
    if (isEnded && definition.type !== 'counter' && definition.type !== 'histogram') continue
    let byKey = totals.get(name)
    if (byKey === undefined) totals.set(name, (byKey = new Map()))
    for (const series of all) {
      const key = keyOf(series.labels)
      const total = byKey.get(key)
      if (total === undefined) byKey.set(key, copyOf(series))
      else addSeries(total, series, definition)
    }
  }
}

/** Drops the series of names that the configuration no longer has. */
export function* retainIn(totals: Totals, isConfigured: IsConfigured): Sliced<undefined> {
  for (const [name, byKey] of totals)
    for (const [key, { labels }] of byKey) {
      if (namesIn(name, labels).some(([label, value]) => !isConfigured(label, value))) byKey.delete(key)
      yield
    }
  return undefined
}

/** In the order of the definitions. */
export function familiesOf(totals: Totals): Families {
  const families = new Map<MetricName, Iterable<AnySeries>>()
  for (const name of METRIC_NAMES) {
    const byKey = totals.get(name)
    if (byKey !== undefined) families.set(name, byKey.values())
  }
  return families
}

function copyOf(series: AnySeries): AnySeries {
  if (series instanceof Series) {
    const copy = new Series(series.labels, series.value)
    copy.exemplar = series.exemplar
    return copy
  }
  const copy = new HistogramSeries(series.labels, series.counts.length - 1)
  addHistogram(copy, series)
  return copy
}

function addSeries(total: AnySeries, series: AnySeries, { type, merge = 'sum' }: MetricDefinition): void {
  if (total instanceof HistogramSeries) {
    if (series instanceof HistogramSeries) addHistogram(total, series)
    return
  }
  if (!(series instanceof Series)) return
  total.exemplar = newerOf(total.exemplar, series.exemplar)
  if (type === 'info') return
  if (merge === 'sum') total.value += series.value
  else total.value = Math[merge](total.value, series.value)
}

function addHistogram(total: HistogramSeries, series: HistogramSeries): void {
  total.sum += series.sum
  for (const [index, count] of series.counts.entries()) {
    total.counts[index] = (total.counts[index] ?? 0) + count
    const newer = newerOf(total.exemplars[index], series.exemplars[index])
    if (newer === total.exemplars[index]) continue
    total.exemplars[index] = newer
    total.exemplarValues[index] = series.exemplarValues[index] ?? 0
  }
}

/** Ids begin with their time. */
const newerOf = (one: string | undefined, other: string | undefined): string | undefined =>
  one === undefined || (other !== undefined && other > one) ? other : one
