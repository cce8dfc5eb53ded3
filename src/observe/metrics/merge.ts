/** The metrics of several processes as those of one. */
import { definitionOf, METRIC_NAMES, type MetricDefinition, type MetricName } from './definitions.ts'
import type { Families, Family } from './registry.ts'
import type { Sliced } from '../../slices.ts'
import { namesIn, type IsConfigured } from './configured-names.ts'
import { textOf } from './series-text.ts'
import { HistogramSeries, Series, type AnySeries } from './series.ts'

/** Series by the text of their labels, which may be added to. */
export type Totals = Map<MetricName, Map<string, AnySeries>>

/** Adds families to totals. Only counters and histograms go on after their process has ended. */
export function addTo(totals: Totals, families: Families, isEnded = false): void {
  for (const [name, all] of families) {
    const definition = definitionOf(name)
    if (isEnded && definition.type !== 'counter' && definition.type !== 'histogram') continue
    let byText = totals.get(name)
    if (byText === undefined) totals.set(name, (byText = new Map()))
    for (const series of all) {
      const text = textOf(name, series)
      const total = byText.get(text)
      if (total === undefined) byText.set(text, copyOf(series))
      else {
        // All processes share one text, which also is the fastest to look up.
        series.text = total.text
        addSeries(total, series, definition)
      }
    }
  }
}

/** Drops the series of names that the configuration no longer has. */
export function* retainIn(totals: Totals, isConfigured: IsConfigured): Sliced<undefined> {
  for (const [name, byText] of totals)
    for (const [text, { labels }] of byText) {
      if (namesIn(name, labels).some(([label, value]) => !isConfigured(label, value))) byText.delete(text)
      yield
    }
  return undefined
}

/** In the order of the definitions. */
export function familiesOf(totals: Totals): Families {
  const families = new Map<MetricName, Family>()
  for (const name of METRIC_NAMES) {
    const byText = totals.get(name)
    if (byText !== undefined) families.set(name, byText.values())
  }
  return families
}

function copyOf(series: AnySeries): AnySeries {
  if (series instanceof Series) {
    const copy = new Series(series.labels, series.value)
    copy.exemplar = series.exemplar
    copy.text = series.text
    return copy
  }
  const copy = new HistogramSeries(series.labels, series.counts.length - 1)
  copy.text = series.text
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
