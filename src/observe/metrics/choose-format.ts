/** Which format a client of the metrics wants. */
import type { ExpositionFormat } from './exposition.ts'

/**
 * OpenMetrics if the `Accept` field asks for version 1 of it at least as much as for the older text, else that.
 *
 * @see RFC 9110 §12.5.1
 */
export function chooseFormat(accept: string | null): ExpositionFormat {
  let open = 0
  let text = 0
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    const quality = qualityOf(parameters)
    const version = parameters.find((parameter) => parameter.startsWith('version='))
    if (type === 'application/openmetrics-text' && (version === undefined || /^version="?1\./.test(version)))
      open = Math.max(open, quality)
    if (type === 'text/plain') text = Math.max(text, quality)
  }
  return open > 0 && open >= text ? 'openmetrics' : 'text'
}

function qualityOf(parameters: readonly string[]): number {
  const parameter = parameters.find((one) => one.startsWith('q='))
  if (parameter === undefined) return 1
  const quality = Number(parameter.slice(2))
  return quality >= 0 && quality <= 1 ? quality : 0
}
