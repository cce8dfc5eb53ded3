/** The labels of a series as they are written. */
import { definitionOf, type MetricName } from './definitions.ts'
import type { AnySeries } from './series.ts'

/**
 * `route="orders",policy="read"`; the same for no other labels of the metric. It is written once: the series keeps it.
 */
export const textOf = (name: MetricName, series: AnySeries): string =>
  (series.text ??= labelsText(definitionOf(name).labels, series.labels))

const labelsText = (names: readonly string[], values: readonly string[]): string =>
  names.map((name, index) => `${name}="${escapeLabel(values[index] ?? '')}"`).join(',')

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }

export const escapeLabel = (value: string): string =>
  /[\\"\n]/.test(value) ? value.replaceAll(/[\\"\n]/g, (character) => ESCAPES[character] ?? '') : value
