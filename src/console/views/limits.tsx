/** Limits: what is bounded, how full it is, and what was lost or refused because of a bound. */
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { parseMetrics, type MetricFamily } from '../api/parse-metrics.ts'
import { useAnswer } from '../api/use-answer.ts'
import { formatBytes, formatCount, formatMs, formatNumber } from '../format.ts'
import { FailureNote } from '../parts/failure-note.tsx'
import { Shown } from '../parts/shown.tsx'

const INTERVAL_MS = 5_000

/** Metrics of docs/metrics.md; those that this service does not have are left out. */
const SECTIONS: readonly (readonly [title: string, names: readonly string[]])[] = [
  ['Rate limits', ['warder_rate_limited_total']],
  ['Connections', ['warder_connections', 'warder_connections_refused_total', 'warder_held_bytes']],
  [
    'Remembered tokens',
    ['warder_token_cache_entries', 'warder_token_cache_bytes', 'warder_token_cache_requests_total'],
  ],
  [
    'Lost or left out',
    ['warder_log_lines_dropped_total', 'warder_log_lines_unwritten_total', 'warder_metrics_limited_total'],
  ],
  ['Processes', ['warder_event_loop_lag_seconds', 'process_resident_memory_bytes', 'process_open_fds']],
]

export function LimitsView(): JSX.Element {
  const metrics = useAnswer<string>('/metrics', INTERVAL_MS, 'text')
  const { answer } = metrics
  const sections = useMemo(
    () => SECTIONS.map(([title, names]) => ({ title, families: parseMetrics(answer ?? '', names) })),
    [answer],
  )
  return (
    <>
      <FailureNote {...metrics} />
      {answer !== undefined &&
        sections
          .filter(({ families }) => families.length > 0)
          .map(({ title, families }) => (
            <section key={title} class="panel" aria-label={title}>
              <h2>{title}</h2>
              {families.map((family) => (
                <Family key={family.name} family={family} />
              ))}
            </section>
          ))}
    </>
  )
}

function Family({ family: { name, help, samples } }: { readonly family: MetricFamily }): JSX.Element {
  return (
    <div class="family">
      <p>
        <Shown text={help} isProse /> <code class="faint">{name}</code>
      </p>
      <dl class="facts">
        {samples.map(({ labels, value }) => {
          const named = Object.entries(labels).filter(([, text]) => text !== '')
          const text = named.map(([label, of]) => `${label} ${of}`).join(', ')
          return (
            <div key={text}>
              <dt>
                <Shown text={text === '' ? 'now' : text} />
              </dt>
              <dd>{formatMetric(name, value)}</dd>
            </div>
          )
        })}
      </dl>
    </div>
  )
}

/** The unit is in the name of a metric. */
function formatMetric(name: string, value: number): string {
  if (name.endsWith('_bytes')) return formatBytes(value)
  if (name.endsWith('_seconds')) return formatMs(value * 1_000)
  return Number.isInteger(value) ? formatCount(value) : formatNumber(value)
}
