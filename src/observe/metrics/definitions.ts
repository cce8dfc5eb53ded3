/** Every metric: the exposition, docs/metrics.md and the tests follow from this table. */

export interface MetricDefinition {
  /** `info`: always 1, with facts as labels. */
  readonly type: 'counter' | 'gauge' | 'histogram' | 'info'
  /** One sentence, without quotes, backslashes and line ends. */
  readonly help: string
  /** Values come from closed sets and from the configuration, never from requests. */
  readonly labels: readonly string[]
  /** Upper bounds of a histogram in its unit, ascending. */
  readonly buckets?: readonly number[]
  /** How the values of several processes become one. Default `sum`. */
  readonly merge?: 'sum' | 'max' | 'min'
}

/** A warm decision takes about 10 µs; one that waits for keys takes up to some seconds. */
const DURATION_BUCKETS = [
  0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 1,
] as const

/** From a cached file to a slow report. */
const UPSTREAM_BUCKETS = [
  0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const

const SERVER_LABELS = ['upstream', 'server'] as const
const SOURCE_LABELS = ['issuer', 'source'] as const

/** In the order of the exposition. */
export const METRICS = {
  warder_decisions_total: {
    type: 'counter',
    help: 'Decisions, by their reason and by what took part in them; a label is empty if the decision did not get as far.',
    labels: ['outcome', 'reason', 'route', 'policy', 'issuer', 'caller'],
  },
  warder_decision_duration_seconds: {
    type: 'histogram',
    help: 'Time from a request to its decision.',
    labels: ['outcome'],
    buckets: DURATION_BUCKETS,
  },
  warder_token_cache_requests_total: {
    type: 'counter',
    help: 'Tokens that were looked up among the remembered ones; a miss was verified in full.',
    labels: ['result'],
  },
  warder_token_cache_entries: {
    type: 'gauge',
    help: 'Remembered tokens, verified and denied ones.',
    labels: [],
  },
  warder_token_cache_bytes: {
    type: 'gauge',
    help: 'Memory of the remembered tokens.',
    labels: [],
  },
  warder_key_fetches_total: {
    type: 'counter',
    help: 'Loads of the keys of a source, over the network or from a file; issuers with the same source share its loads.',
    labels: ['issuer', 'source', 'result'],
  },
  warder_keys_usable: {
    type: 'gauge',
    help: 'Keys that may verify tokens now.',
    labels: SOURCE_LABELS,
  },
  warder_keys_refused: {
    type: 'gauge',
    help: 'Published keys that must not be trusted: private, weak or damaged ones.',
    labels: SOURCE_LABELS,
  },
  warder_keys_loaded_timestamp_seconds: {
    type: 'gauge',
    help: 'When the keys were last loaded successfully; absent before the first load.',
    labels: SOURCE_LABELS,
  },
  warder_keys_next_refresh_timestamp_seconds: {
    type: 'gauge',
    help: 'When the next load begins by itself; absent for a source that is loaded once.',
    labels: SOURCE_LABELS,
  },
  warder_keys_stale_seconds: {
    type: 'gauge',
    help: 'Age of keys whose last refresh failed or is still to come; 0 while the keys are fresh, absent without keys.',
    labels: SOURCE_LABELS,
  },
  warder_reloads_total: {
    type: 'counter',
    help: 'Reloads of the configuration; a refused one changed nothing.',
    labels: ['result'],
  },
  warder_config_last_reload_successful: {
    type: 'gauge',
    help: 'Whether the last load of the configuration, at the start or later, succeeded (1) or not (0).',
    labels: [],
  },
  warder_config_last_reload_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When the configuration in force was loaded.',
    labels: [],
  },
  warder_log_lines_dropped_total: {
    type: 'counter',
    help: 'Log lines that were lost because the reader of the log is too slow.',
    labels: [],
  },
  warder_log_lines_unwritten_total: {
    type: 'counter',
    help: 'Decisions and faults without a log line of their own, because there are too many of their reason.',
    labels: ['reason'],
  },
  warder_spans_lost_total: {
    type: 'counter',
    help: 'Spans that were lost because the collector did not take them, or not fast enough; 0 without tracing.',
    labels: [],
  },
  warder_metrics_limited_total: {
    type: 'counter',
    help: 'What was counted under _other instead of its names, because the metric has as many series as it may.',
    labels: ['metric'],
  },
  warder_connections: {
    type: 'gauge',
    help: 'Open connections of a listener: decisions, grpc, spoe or gateway.',
    labels: ['listener'],
  },
  warder_connections_refused_total: {
    type: 'counter',
    help: 'New connections of a listener that were closed at once, because there were as many as may be.',
    labels: ['listener'],
  },
  warder_held_bytes: {
    type: 'gauge',
    help: 'Memory that the connections of a listener hold: unfinished heads, and answers that are not read.',
    labels: ['listener'],
  },
  warder_gateway_requests_total: {
    type: 'counter',
    help: 'Requests to the gateway, by the class of the status that the client was sent; none if it was gone.',
    labels: ['route', 'status_class'],
  },
  warder_gateway_faults_total: {
    type: 'counter',
    help: 'Requests that the gateway gave up on by itself; rate_limited is one of the faults.',
    labels: ['fault', 'route'],
  },
  warder_gateway_request_bytes_total: {
    type: 'counter',
    help: 'Bytes of the bodies of requests that were forwarded.',
    labels: ['route'],
  },
  warder_gateway_response_bytes_total: {
    type: 'counter',
    help: 'Bytes of the bodies of forwarded answers.',
    labels: ['route'],
  },
  warder_gateway_upstream_duration_seconds: {
    type: 'histogram',
    help: "Time from a request on its way to a server to the first byte of the server's answer.",
    labels: ['upstream'],
    buckets: UPSTREAM_BUCKETS,
  },
  warder_gateway_retries_total: {
    type: 'counter',
    help: 'Further attempts to reach a server of an upstream for the same request.',
    labels: ['upstream'],
  },
  warder_gateway_ejections_total: {
    type: 'counter',
    help: 'How often a process began to leave a server alone because it failed too often.',
    labels: SERVER_LABELS,
  },
  warder_gateway_server_healthy: {
    type: 'gauge',
    help: 'Whether any process sends requests to the server (1), or all leave it alone (0).',
    labels: SERVER_LABELS,
    merge: 'max',
  },
  warder_gateway_active_requests: {
    type: 'gauge',
    help: 'Requests that a server has not answered in full yet.',
    labels: SERVER_LABELS,
  },
  warder_auth_service_requests_total: {
    type: 'counter',
    help: 'Questions to an auth service: allowed, denied, failed, or remembered, which means not asked again.',
    labels: ['service', 'result'],
  },
  warder_build_info: {
    type: 'info',
    help: 'The version of Warder, and of the runtime.',
    labels: ['version', 'runtime'],
  },
  warder_config_info: {
    type: 'info',
    help: 'The configuration in force.',
    labels: ['digest', 'format'],
  },
  warder_workers: {
    type: 'gauge',
    help: 'Processes that decide, or will when they have started.',
    labels: ['state'],
  },
  warder_event_loop_lag_seconds: {
    type: 'gauge',
    help: 'The longest time within the last 15 seconds for which a process answered nobody, as far as it was noticed.',
    labels: [],
    merge: 'max',
  },
  process_cpu_seconds_total: {
    type: 'counter',
    help: 'CPU time of all processes of the service.',
    labels: [],
  },
  process_resident_memory_bytes: {
    type: 'gauge',
    help: 'Resident memory of all processes of the service; what they share counts several times.',
    labels: [],
  },
  process_open_fds: {
    type: 'gauge',
    help: 'Open file descriptors of all processes of the service.',
    labels: [],
  },
  process_start_time_seconds: {
    type: 'gauge',
    help: 'When the service was started.',
    labels: [],
    merge: 'min',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>

export type MetricName = keyof typeof METRICS

type NameOf<Type extends MetricDefinition['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never
}[MetricName]

export type CounterName = NameOf<'counter'>
export type HistogramName = NameOf<'histogram'>

/** All names, in the order of the exposition. */
export const METRIC_NAMES: readonly MetricName[] = Object.keys(METRICS) as MetricName[]

export const definitionOf = (name: MetricName): MetricDefinition => METRICS[name]

/**
 * Labels whose values are names of the configuration: they become `_other` in a metric with too many series, and series
 * of names that are gone are dropped.
 */
export const CONFIGURED_LABELS = ['route', 'policy', 'issuer', 'upstream'] as const
export type ConfiguredLabel = (typeof CONFIGURED_LABELS)[number]
