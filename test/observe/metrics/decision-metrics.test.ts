import { describe, expect, it } from 'bun:test'
import type { Decision } from '../../../src/decision/decision.ts'
import { exampleDenial } from '../../support/denials.ts'
import { createDecisionMetrics } from '../../../src/observe/metrics/decision-metrics.ts'
import { MetricsRegistry } from '../../../src/observe/metrics/registry.ts'
import { HistogramSeries, Series } from '../../../src/observe/metrics/series.ts'
import { finishNow } from '../../../src/slices.ts'

const PARTS = { route: 'orders', policy: 'read', issuer: 'main' }

const allow = (id: string, parts: Partial<typeof PARTS> = {}): Decision => ({
  outcome: 'allow',
  reason: 'ok',
  id,
  ...PARTS,
  ...parts,
  identity: [],
})

const deny = (id: string): Decision => ({
  outcome: 'deny',
  reason: 'token_missing',
  id,
  route: 'orders',
  policy: 'read',
  issuer: undefined,
  status: 401,
  challenge: undefined,
  retryAfterSeconds: undefined,
  denial: exampleDenial('token_missing'),
})

function open(limit?: number) {
  const registry = new MetricsRegistry({ onLimit: () => undefined, ...(limit !== undefined && { limit }) })
  const read = createDecisionMetrics(registry)
  const count = (decision: Decision, via = 'nginx', durationMs = 0.02): void =>
    read({ decision, via, durationMs, status: 200, request: undefined, clientAddress: undefined })
  const rows = (): readonly (readonly [string, number])[] =>
    [...(registry.families().get('warder_decisions_total') ?? [])].map((series) => [
      series.labels.join(' '),
      series instanceof Series ? series.value : Number.NaN,
    ])
  const durations = (): readonly HistogramSeries[] =>
    [...(registry.families().get('warder_decision_duration_seconds') ?? [])].filter(
      (series) => series instanceof HistogramSeries,
    )
  return { registry, count, rows, durations }
}

describe('the metrics of decisions', () => {
  it('count each combination by itself, in any order', () => {
    const { count, rows } = open()
    for (const [decision, via] of [
      [allow('1'), 'nginx'],
      [allow('2'), 'nginx'],
      [deny('3'), 'nginx'],
      [allow('4', { route: 'items' }), 'nginx'],
      [allow('5', { policy: 'write' }), 'nginx'],
      [allow('6', { issuer: 'other' }), 'nginx'],
      [allow('7'), 'forward'],
      [allow('8'), 'nginx'],
      [deny('9'), 'nginx'],
    ] as const)
      count(decision, via)
    expect(rows()).toEqual([
      ['allow ok orders read main nginx', 3],
      ['deny token_missing orders read  nginx', 2],
      ['allow ok items read main nginx', 1],
      ['allow ok orders write main nginx', 1],
      ['allow ok orders read other nginx', 1],
      ['allow ok orders read main forward', 1],
    ])
  })

  it('sort durations into buckets, whose bounds are inclusive, with the last id of each', () => {
    const { count, durations } = open()
    for (const [ms, id] of [
      [0.01, 'A'],
      [0.010_1, 'B'],
      [0.02, 'C'],
      [1_000, 'D'],
      [1_000.1, 'E'],
    ] as const)
      count(allow(id), 'nginx', ms)
    const [allowed, denied] = durations()
    expect(allowed?.labels).toEqual(['allow'])
    expect(allowed?.counts).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
    expect(allowed?.exemplars.filter((id) => id !== undefined)).toEqual(['A', 'C', 'D', 'E'])
    expect(allowed?.sum).toBeCloseTo(2.000_140_1, 9)
    expect(denied?.counts.every((one) => one === 0)).toBe(true)
  })

  it('count what is beyond the limit as _other, and go on with what is known', () => {
    const { count, rows } = open(1)
    count(allow('1'))
    for (const route of ['a', 'b', 'c']) count(allow('2', { route }))
    count(allow('3'))
    expect(rows()).toEqual([
      ['allow ok orders read main nginx', 2],
      ['allow ok _other _other _other nginx', 3],
    ])
  })

  it('find a series anew when the old one was dropped', () => {
    const { registry, count, rows } = open()
    count(allow('1'))
    count(allow('1', { route: 'items' }))
    finishNow(registry.retain((label, value) => label !== 'route' || value === 'items'))
    expect(rows()).toEqual([['allow ok items read main nginx', 1]])
    count(allow('2'))
    count(allow('3', { route: 'items' }))
    expect(rows()).toEqual([
      ['allow ok items read main nginx', 2],
      ['allow ok orders read main nginx', 1],
    ])
  })
})
