/** docs/metrics.md, from the table of definitions. */
import { definitionOf, METRIC_NAMES } from '../../../src/observe/metrics/definitions.ts'
import { MAX_SERIES } from '../../../src/observe/metrics/series-set.ts'

const rowOf = (name: (typeof METRIC_NAMES)[number]): string => {
  const { type, help, labels } = definitionOf(name)
  const labelled = labels.map((label) => `\`${label}\``).join(', ')
  return `| \`${name}\` | ${type} | ${labelled} | ${help} |`
}

export const metricsPage = (): string => `# Metrics

\`GET /metrics\` on the admin listener (\`listen.admin\`, by default \`127.0.0.1:9181\`) answers with the metrics of the whole service, for Prometheus and everything that reads its format:

\`\`\`yaml
scrape_configs:
  - job_name: warder
    static_configs:
      - targets: ["127.0.0.1:9181"]
\`\`\`

The format is Prometheus text 0.0.4, or OpenMetrics 1.0 if the scraper asks for it, as Prometheus does. In OpenMetrics, decisions and their durations have the id of the last decision as an exemplar (\`decision_id\`); it is also in the log line and in the answer to the proxy. Prometheus keeps exemplars with \`--enable-feature=exemplar-storage\`.

\`monitoring/\` has alerts, recording rules and a dashboard for these metrics. Without an admin listener nothing is counted.

## All metrics

| metric | type | labels | meaning |
|---|---|---|---|
${METRIC_NAMES.map(rowOf).join('\n')}

## Labels

Label values are names of the configuration, or come from closed sets: \`reason\` from [reasons.md](reasons.md), \`caller\` from the dialects of [callers.md](callers.md) and the gateway, \`result\` of a token cache request \`hit\` or \`miss\`, of a key fetch \`ok\` or \`failed\`, of a reload \`success\`, \`refused\` (a mistake in the configuration) or \`failed\` (a bug in Warder), \`state\` of a worker \`serving\` or \`starting\`. Nothing that a client sends becomes a label: no path, host, subject, address or \`kid\`.

A metric has at most ${MAX_SERIES.toLocaleString('en')} series in each process. Beyond that, new combinations are counted with \`_other\` in place of their route, policy and issuer; the log has one warning with \`"event":"metrics"\`, and \`warder_metrics_limited_total\` counts them. Only combinations that have occurred have a series.

When a reload has removed a route, a policy or an issuer, its series stay for five minutes, so that their last values are scraped, and are then dropped.

## Several workers

With \`workers\`, the metrics are those of all processes together: counters, histograms, memory, descriptors and the token caches are added up, and \`warder_event_loop_lag_seconds\` is that of the worst worker. No counter goes backwards when a worker ends and is replaced. What a killed worker has counted since the last scrape is lost.

Scrapes are answered until the service has drained, and between decisions: a scrape of 10,000 known series usually holds up no decision for more than five milliseconds ([why and how](decisions/0010-metrics.md)).
`
