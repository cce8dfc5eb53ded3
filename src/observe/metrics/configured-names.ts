/** Label values that are names of the configuration. */
import { CONFIGURED_LABELS, definitionOf, type MetricName } from './definitions.ts'

/** Stands for a name of the configuration in a metric that has as many series as it may. */
export const OTHER = '_other'

/** Whether a name is still part of the configuration. */
export type IsConfigured = (label: string, value: string) => boolean

const CONFIGURED: ReadonlySet<string> = new Set(CONFIGURED_LABELS)

/** Whether a metric has labels with names, so that its series are limited. */
export const hasNames = (metric: MetricName): boolean =>
  definitionOf(metric).labels.some((label) => CONFIGURED.has(label))

/** The names among the label values of a series, each with its label. */
export const namesIn = (
  metric: MetricName,
  values: readonly string[],
): readonly (readonly [label: string, value: string])[] =>
  definitionOf(metric).labels.flatMap((label, index) => {
    const value = values[index] ?? ''
    return CONFIGURED.has(label) && value !== '' && value !== OTHER ? [[label, value] as const] : []
  })

/** The same label values without names. */
export function withoutNames(metric: MetricName, values: readonly string[]): readonly string[] {
  const { labels } = definitionOf(metric)
  return values.map((value, index) => (value !== '' && CONFIGURED.has(labels[index] ?? '') ? OTHER : value))
}
