import { describe, expect, it } from 'bun:test'
import { createIdSource } from '../../../src/app/decision-id.ts'
import { definitionOf, METRIC_NAMES, type MetricName } from '../../../src/observe/metrics/definitions.ts'
import { renderMetrics, type ExpositionFormat } from '../../../src/observe/metrics/exposition.ts'
import type { Families } from '../../../src/observe/metrics/registry.ts'
import { HistogramSeries, Series } from '../../../src/observe/metrics/series.ts'
import { finishNow } from '../../../src/slices.ts'

const ID = createIdSource(
  () => 1_732_873_101_824,
  () => 0,
)()

const render = (families: Families, format: ExpositionFormat): string =>
  Buffer.from(finishNow(renderMetrics(families, format))).toString()

function decision(route: string): Series {
  const series = new Series(['deny', 'token_missing', route, '', '', 'nginx'], 3)
  series.exemplar = ID
  return series
}

const linesOf = (text: string): readonly string[] =>
  text.split('\n').filter((line) => !line.startsWith('# HELP'))

describe('the exposition', () => {
  it('writes a counter in both formats, with its exemplar in OpenMetrics', () => {
    const families: Families = new Map([['warder_decisions_total', [decision('read')]]])
    const labels = 'outcome="deny",reason="token_missing",route="read",policy="",issuer="",caller="nginx"'
    expect(linesOf(render(families, 'text'))).toEqual([
      '# TYPE warder_decisions_total counter',
      `warder_decisions_total{${labels}} 3`,
      '',
    ])
    expect(linesOf(render(families, 'openmetrics'))).toEqual([
      '# TYPE warder_decisions counter',
      `warder_decisions_total{${labels}} 3 # {decision_id="${ID}"} 1 1732873101.824`,
      '# EOF',
      '',
    ])
  })

  it('escapes label values so that none can pose as something else', () => {
    const hostile = 'a"} 1\n# \\n'
    const families: Families = new Map([['warder_decisions_total', [decision(hostile)]]])
    for (const format of ['text', 'openmetrics'] as const)
      expect(render(families, format)).toContain(String.raw`route="a\"} 1\n# \\n",policy=""`)
  })

  it('writes a histogram with cumulative buckets', () => {
    const series = new HistogramSeries(['allow'], 13)
    series.counts[0] = 2
    series.counts[2] = 1
    series.counts[13] = 1
    series.sum = 2.5
    series.exemplars[2] = ID
    series.exemplarValues[2] = 0.000_04
    const families: Families = new Map([['warder_decision_duration_seconds', [series]]])
    const name = 'warder_decision_duration_seconds'
    const lines = linesOf(render(families, 'openmetrics'))
    expect(lines.slice(0, 5)).toEqual([
      `# TYPE ${name} histogram`,
      `${name}_bucket{outcome="allow",le="1e-05"} 2`,
      `${name}_bucket{outcome="allow",le="2.5e-05"} 2`,
      `${name}_bucket{outcome="allow",le="5e-05"} 3 # {decision_id="${ID}"} 0.00004 1732873101.824`,
      `${name}_bucket{outcome="allow",le="0.0001"} 3`,
    ])
    expect(lines.slice(-6)).toEqual([
      `${name}_bucket{outcome="allow",le="1.0"} 3`,
      `${name}_bucket{outcome="allow",le="+Inf"} 4`,
      `${name}_sum{outcome="allow"} 2.5`,
      `${name}_count{outcome="allow"} 4`,
      '# EOF',
      '',
    ])
    expect(render(families, 'text')).not.toContain('decision_id')
  })

  it('writes facts as the type that each format has for them', () => {
    const families: Families = new Map([['warder_build_info', [new Series(['1.0.0', 'bun 1.4.5'], 1)]]])
    const sample = 'warder_build_info{version="1.0.0",runtime="bun 1.4.5"} 1'
    expect(linesOf(render(families, 'text')).slice(0, 2)).toEqual(['# TYPE warder_build_info gauge', sample])
    expect(linesOf(render(families, 'openmetrics')).slice(0, 2)).toEqual(['# TYPE warder_build info', sample])
  })

  it('pauses often: a slice is at most 64 series', () => {
    const all = Array.from({ length: 1_000 }, (_, index) => decision(`r${index}`))
    const rendering = renderMetrics(new Map([['warder_decisions_total', all]]), 'text')
    let slices = 0
    for (let step = rendering.next(); step.done !== true; step = rendering.next()) slices += 1
    expect(slices).toBeGreaterThanOrEqual(Math.floor(1_000 / 64))
  })
})

describe('the definitions', () => {
  const NAME = /^(?:warder|process)_[a-z][a-z0-9_]*[a-z0-9]$/
  for (const name of METRIC_NAMES) {
    const { type, help, labels, buckets } = definitionOf(name)
    it(`of ${name} follow the rules of Prometheus`, () => {
      expect(name).toMatch(NAME)
      expect(name.endsWith('_total')).toBe(type === 'counter')
      expect(name.endsWith('_info')).toBe(type === 'info')
      for (const suffix of ['_bucket', '_count', '_sum', '_created'])
        expect(name.endsWith(suffix)).toBe(false)
      expect(help).toMatch(/^[A-Z][^"\\\n]*\.$/)
      for (const label of labels) expect(label).toMatch(/^[a-z][a-z_]*$/)
      expect(new Set(labels).size).toBe(labels.length)
      expect(labels).not.toContain('le')
      expect(buckets !== undefined).toBe(type === 'histogram')
      expect([...(buckets ?? [])].sort((a, b) => a - b)).toEqual([...(buckets ?? [])])
    })
  }
  it('have no two families of the same name in OpenMetrics', () => {
    const families = METRIC_NAMES.map((name: MetricName) => name.replace(/_(?:total|info)$/, ''))
    expect(new Set(families).size).toBe(families.length)
  })
})
