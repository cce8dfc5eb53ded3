/** The text of a scrape: Prometheus text 0.0.4, or OpenMetrics 1.0. */
import type { Sliced } from '../../slices.ts'
import { definitionOf, type MetricDefinition, type MetricName } from './definitions.ts'
import type { Families } from './registry.ts'
import { escapeLabel, textOf } from './series-text.ts'
import { Series, type AnySeries, type HistogramSeries } from './series.ts'

export type ExpositionFormat = 'text' | 'openmetrics'

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** Series in one slice: some tens of microseconds. */
const SLICE_SERIES = 64

/**
 * Renders all metrics in slices. Exemplars, the ids of decisions, are written in OpenMetrics only: the older text has no
 * place for them.
 *
 * @returns The text as UTF-8: encoding all of it in one turn would take longer than a slice may.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/, OpenMetrics 1.0 §4
 */
export function* renderMetrics(families: Families, format: ExpositionFormat): Sliced<Uint8Array> {
  const parts: Uint8Array[] = []
  const add = (text: string): void => void parts.push(Buffer.from(text))
  for (const [name, series] of families) {
    const definition = definitionOf(name)
    let part = headOf(name, definition, format)
    let count = 0
    for (const one of series) {
      part += linesOf(name, definition, one, format)
      count += 1
      if (count % SLICE_SERIES === 0) {
        add(part)
        part = ''
        yield
      }
    }
    add(part)
    yield
  }
  if (format === 'openmetrics') add('# EOF\n')
  return Buffer.concat(parts)
}

function headOf(name: MetricName, { type, help }: MetricDefinition, format: ExpositionFormat): string {
  const isOpen = format === 'openmetrics'
  // OpenMetrics names the family, without the suffix of its samples; the older text has no type for facts.
  const family = isOpen ? name.replace(type === 'info' ? /_info$/ : /_total$/, '') : name
  return `# HELP ${family} ${help}\n# TYPE ${family} ${type === 'info' && !isOpen ? 'gauge' : type}\n`
}

const linesOf = (
  name: MetricName,
  definition: MetricDefinition,
  series: AnySeries,
  format: ExpositionFormat,
): string => {
  const labels = textOf(name, series)
  return series instanceof Series
    ? sampleLine(name, labels, series, format)
    : histogramLines(name, definition, labels, series, format)
}

function sampleLine(name: MetricName, labels: string, series: Series, format: ExpositionFormat): string {
  const { value, exemplar } = series
  const sample = `${name}${labels === '' ? '' : `{${labels}}`} ${value}`
  return `${sample}${format === 'openmetrics' ? exemplarText(exemplar, 1) : ''}\n`
}

function histogramLines(
  name: MetricName,
  { buckets = [] }: MetricDefinition,
  labels: string,
  { counts, sum, exemplars, exemplarValues }: HistogramSeries,
  format: ExpositionFormat,
): string {
  const before = labels === '' ? '' : `${labels},`
  let count = 0
  let lines = ''
  for (const [index, inBucket] of counts.entries()) {
    count += inBucket
    const exemplar =
      format === 'openmetrics' ? exemplarText(exemplars[index], exemplarValues[index] ?? 0) : ''
    lines += `${name}_bucket{${before}le="${boundText(buckets[index])}"} ${count}${exemplar}\n`
  }
  const braces = labels === '' ? '' : `{${labels}}`
  return `${lines}${name}_sum${braces} ${sum}\n${name}_count${braces} ${count}\n`
}

/** As Prometheus writes bounds itself, so that the series of both formats are the same: `2.5e-05`, `0.001`, `1.0`. */
function boundText(bound: number | undefined): string {
  if (bound === undefined) return '+Inf'
  if (Number.isInteger(bound)) return `${bound}.0`
  return bound < 1e-4 ? bound.toExponential().replace(/e-(\d)$/, 'e-0$1') : String(bound)
}

/** The time is in the id. */
function exemplarText(id: string | undefined, value: number): string {
  return id === undefined ? '' : ` # {decision_id="${escapeLabel(id)}"} ${value} ${idSeconds(id)}`
}

/** Values of the digits of a ULID, by their character codes. */
const DIGITS = new Uint8Array(128)
for (const [value, digit] of [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'].entries())
  DIGITS[digit.charCodeAt(0)] = value
const TIME_LENGTH = 10

/** Epoch seconds of a ULID. */
function idSeconds(id: string): number {
  let ms = 0
  for (let i = 0; i < TIME_LENGTH; i++) ms = ms * 32 + (DIGITS[id.charCodeAt(i)] ?? 0)
  return ms / 1_000
}
