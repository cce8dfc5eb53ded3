/** What the Grafana dashboard shows, row by row: title, kind, unit and queries. */

export interface Query {
  readonly expr: string
  /** Default: what Grafana makes of the labels. */
  readonly legend?: string
}

export interface Panel {
  readonly title: string
  readonly kind: 'stat' | 'timeseries' | 'stacked' | 'heatmap' | 'table'
  /** Grafana's name of a unit. */
  readonly unit: string
  /** Of 24 columns. */
  readonly width: number
  readonly queries: readonly Query[]
  /** Values from which a stat turns orange, and red. */
  readonly thresholds?: readonly [orange: number, red: number]
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

/** What the variables of the dashboard select. */
const OF = 'job=~"$job", instance=~"$instance"'
const OF_ISSUER = `${OF}, issuer=~"$issuer"`

const one = (expr: string, legend?: string): readonly Query[] => [
  { expr, ...(legend !== undefined && { legend }) },
]

const stat = (title: string, unit: string, expr: string, thresholds?: Panel['thresholds']): Panel => ({
  title,
  kind: 'stat',
  unit,
  width: 4,
  queries: one(expr),
  ...(thresholds !== undefined && { thresholds }),
})

const quantiles = (metric: string, by: string): readonly Query[] =>
  [0.5, 0.95, 0.99].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum by (${by}) (rate(${metric}_bucket{${OF}}[$__rate_interval])))`,
    legend: `p${quantile * 100}`,
  }))

export const ROWS: readonly Row[] = [
  {
    title: 'Now',
    panels: [
      stat('Decisions', 'reqps', `sum(rate(warder_decisions_total{${OF}}[$__rate_interval]))`),
      stat(
        'Denied',
        'percentunit',
        `sum(rate(warder_decisions_total{${OF}, outcome="deny"}[$__rate_interval])) / sum(rate(warder_decisions_total{${OF}}[$__rate_interval]))`,
      ),
      stat(
        'Slowest of a hundred',
        's',
        `histogram_quantile(0.99, sum by (le) (rate(warder_decision_duration_seconds_bucket{${OF}}[$__rate_interval])))`,
        [0.01, 0.05],
      ),
      stat('Keys not refreshed for', 's', `max(warder_keys_stale_seconds{${OF}})`, [60, 300]),
      stat(
        'Refused reloads',
        'none',
        `count(warder_config_last_reload_successful{${OF}} == 0) or vector(0)`,
        [1, 1],
      ),
      stat(
        'Unhealthy servers',
        'none',
        `count(warder_gateway_server_healthy{${OF}} == 0) or vector(0)`,
        [1, 2],
      ),
    ],
  },
  {
    title: 'Traffic',
    panels: [
      {
        title: 'Decisions by outcome',
        kind: 'stacked',
        unit: 'reqps',
        width: 8,
        queries: one(
          `sum by (outcome) (rate(warder_decisions_total{${OF}}[$__rate_interval]))`,
          '{{outcome}}',
        ),
      },
      {
        title: 'By caller',
        kind: 'stacked',
        unit: 'reqps',
        width: 8,
        queries: one(`sum by (caller) (rate(warder_decisions_total{${OF}}[$__rate_interval]))`, '{{caller}}'),
      },
      {
        title: 'Busiest routes',
        kind: 'timeseries',
        unit: 'reqps',
        width: 8,
        queries: one(
          `topk(10, sum by (route) (rate(warder_decisions_total{${OF}}[$__rate_interval])))`,
          '{{route}}',
        ),
      },
    ],
  },
  {
    title: 'Why denied',
    panels: [
      {
        title: 'Denials by reason',
        kind: 'stacked',
        unit: 'reqps',
        width: 14,
        queries: one(
          `sum by (reason) (rate(warder_decisions_total{${OF_ISSUER}, outcome="deny"}[$__rate_interval]))`,
          '{{reason}}',
        ),
      },
      {
        title: 'Denials in this time, by reason, route and issuer',
        kind: 'table',
        unit: 'short',
        width: 10,
        queries: one(
          `sort_desc(sum by (reason, route, issuer) (increase(warder_decisions_total{${OF_ISSUER}, outcome="deny"}[$__range])) > 0)`,
        ),
      },
    ],
  },
  {
    title: 'Keys',
    panels: [
      {
        title: 'Age of the keys',
        kind: 'timeseries',
        unit: 's',
        width: 8,
        queries: one(`time() - warder_keys_loaded_timestamp_seconds{${OF_ISSUER}}`, '{{issuer}} {{source}}'),
      },
      {
        title: 'Fetches by result',
        kind: 'timeseries',
        unit: 'ops',
        width: 8,
        queries: one(
          `sum by (issuer, result) (rate(warder_key_fetches_total{${OF_ISSUER}}[$__rate_interval]))`,
          '{{issuer}} {{result}}',
        ),
      },
      {
        title: 'Usable keys',
        kind: 'timeseries',
        unit: 'none',
        width: 8,
        queries: one(`warder_keys_usable{${OF_ISSUER}}`, '{{issuer}} {{source}}'),
      },
    ],
  },
  {
    title: 'Time of a decision',
    panels: [
      {
        title: 'How many took how long',
        kind: 'heatmap',
        unit: 's',
        width: 12,
        queries: one(
          `sum by (le) (increase(warder_decision_duration_seconds_bucket{${OF}}[$__rate_interval]))`,
          '{{le}}',
        ),
      },
      {
        title: 'Median, 95 and 99 of a hundred',
        kind: 'timeseries',
        unit: 's',
        width: 12,
        queries: quantiles('warder_decision_duration_seconds', 'le'),
      },
    ],
  },
  {
    title: 'Gateway',
    panels: [
      {
        title: 'Requests by status',
        kind: 'stacked',
        unit: 'reqps',
        width: 8,
        queries: one(
          `sum by (status_class) (rate(warder_gateway_requests_total{${OF}}[$__rate_interval]))`,
          '{{status_class}}',
        ),
      },
      {
        title: 'Faults',
        kind: 'stacked',
        unit: 'reqps',
        width: 8,
        queries: one(
          `sum by (fault) (rate(warder_gateway_faults_total{${OF}}[$__rate_interval]))`,
          '{{fault}}',
        ),
      },
      {
        title: 'Time of the applications, 95 of a hundred',
        kind: 'timeseries',
        unit: 's',
        width: 8,
        queries: one(
          `histogram_quantile(0.95, sum by (upstream, le) (rate(warder_gateway_upstream_duration_seconds_bucket{${OF}}[$__rate_interval])))`,
          '{{upstream}}',
        ),
      },
      {
        title: 'Healthy servers',
        kind: 'timeseries',
        unit: 'none',
        width: 8,
        queries: one(`sum by (upstream) (warder_gateway_server_healthy{${OF}})`, '{{upstream}}'),
      },
      {
        title: 'Retries and ejections',
        kind: 'timeseries',
        unit: 'ops',
        width: 8,
        queries: [
          {
            expr: `sum by (upstream) (rate(warder_gateway_retries_total{${OF}}[$__rate_interval]))`,
            legend: '{{upstream}} retries',
          },
          {
            expr: `sum by (upstream, server) (rate(warder_gateway_ejections_total{${OF}}[$__rate_interval]))`,
            legend: '{{server}} ejected',
          },
        ],
      },
      {
        title: 'Connections',
        kind: 'timeseries',
        unit: 'none',
        width: 8,
        queries: one(`sum by (listener) (warder_connections{${OF}})`, '{{listener}}'),
      },
    ],
  },
  {
    title: 'Process',
    panels: [
      {
        title: 'Processor time',
        kind: 'timeseries',
        unit: 's',
        width: 6,
        queries: one(`rate(process_cpu_seconds_total{${OF}}[$__rate_interval])`, '{{instance}}'),
      },
      {
        title: 'Memory',
        kind: 'timeseries',
        unit: 'bytes',
        width: 6,
        queries: one(`process_resident_memory_bytes{${OF}}`, '{{instance}}'),
      },
      {
        title: 'Remembered tokens: hits',
        kind: 'timeseries',
        unit: 'percentunit',
        width: 6,
        queries: one(
          `sum(rate(warder_token_cache_requests_total{${OF}, result="hit"}[$__rate_interval])) / sum(rate(warder_token_cache_requests_total{${OF}}[$__rate_interval]))`,
          'hits',
        ),
      },
      {
        title: 'Log lines lost, and left out; lost spans',
        kind: 'timeseries',
        unit: 'ops',
        width: 6,
        queries: [
          { expr: `sum(rate(warder_log_lines_dropped_total{${OF}}[$__rate_interval]))`, legend: 'lost' },
          {
            expr: `sum(rate(warder_log_lines_unwritten_total{${OF}}[$__rate_interval]))`,
            legend: 'left out of a flood',
          },
          { expr: `sum(rate(warder_spans_lost_total{${OF}}[$__rate_interval]))`, legend: 'lost spans' },
        ],
      },
    ],
  },
]
