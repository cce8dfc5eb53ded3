/** Writes monitoring/grafana-dashboard.json. */
import { writeFileSync } from 'node:fs'
import { ROWS, type Panel } from './dashboard-panels.ts'

export const DASHBOARD_FILE = new URL('../monitoring/grafana-dashboard.json', import.meta.url)

const SOURCE = { type: 'prometheus', uid: '${datasource}' }
const HEIGHT = { stat: 4, timeseries: 8, stacked: 8, heatmap: 8, table: 8 }

/** The dashboard as Grafana imports it (schema 39, Grafana 11; older ones migrate it). */
export function createDashboard(): Record<string, unknown> {
  const panels: Record<string, unknown>[] = []
  let y = 0
  for (const row of ROWS) {
    panels.push({
      type: 'row',
      title: row.title,
      id: panels.length + 1,
      gridPos: { h: 1, w: 24, x: 0, y: y++ },
    })
    let x = 0
    let height = 0
    for (const panel of row.panels) {
      if (x + panel.width > 24) {
        x = 0
        y += height
      }
      height = HEIGHT[panel.kind]
      panels.push({ id: panels.length + 1, gridPos: { h: height, w: panel.width, x, y }, ...toPanel(panel) })
      x += panel.width
    }
    y += height
  }
  return {
    title: 'Warder',
    uid: 'warder',
    tags: ['warder'],
    schemaVersion: 39,
    editable: true,
    timezone: 'browser',
    time: { from: 'now-1h', to: 'now' },
    refresh: '10s',
    templating: { list: VARIABLES },
    annotations: { list: [RELOADS] },
    panels,
  }
}

function toPanel({ title, kind, unit, queries, thresholds }: Panel): Record<string, unknown> {
  const isTable = kind === 'table'
  return {
    title,
    type: kind === 'stacked' ? 'timeseries' : kind,
    datasource: SOURCE,
    targets: queries.map(({ expr, legend }, i) => ({
      refId: String.fromCodePoint(65 + i),
      datasource: SOURCE,
      expr,
      ...(legend !== undefined && { legendFormat: legend }),
      ...(isTable && { format: 'table', instant: true }),
      ...(kind === 'heatmap' && { format: 'heatmap' }),
    })),
    fieldConfig: {
      defaults: {
        unit,
        ...(kind === 'stacked' && { custom: { stacking: { mode: 'normal' }, fillOpacity: 40 } }),
        ...(thresholds !== undefined && { thresholds: stepsOf(thresholds) }),
      },
      overrides: [],
    },
    ...(isTable && { transformations: [{ id: 'organize', options: { excludeByName: { Time: true } } }] }),
    ...(kind === 'heatmap' && { options: { calculate: false, yAxis: { unit } } }),
  }
}

const stepsOf = ([orange, red]: readonly [number, number]) => ({
  mode: 'absolute',
  steps: [
    { color: 'green', value: null },
    { color: 'orange', value: orange },
    { color: 'red', value: red },
  ],
})

const variable = (name: string, query: string): Record<string, unknown> => ({
  name,
  type: 'query',
  datasource: SOURCE,
  query: { query, refId: name },
  definition: query,
  refresh: 2,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
})

const VARIABLES = [
  { name: 'datasource', type: 'datasource', query: 'prometheus' },
  variable('job', 'label_values(warder_build_info, job)'),
  variable('instance', 'label_values(warder_build_info{job=~"$job"}, instance)'),
  variable('issuer', 'label_values(warder_keys_usable{job=~"$job"}, issuer)'),
]

/** Where the configuration changed. */
const RELOADS = {
  name: 'Reloads',
  datasource: SOURCE,
  enable: true,
  iconColor: 'blue',
  expr: 'changes(warder_config_last_reload_success_timestamp_seconds{job=~"$job", instance=~"$instance"}[1m]) > 0',
  titleFormat: 'reload',
}

/** The text of the file. */
export const dashboardText = (): string => `${JSON.stringify(createDashboard(), undefined, 2)}\n`

if (import.meta.main) writeFileSync(DASHBOARD_FILE, dashboardText())
