import { describe, expect, it } from 'bun:test'
import { MetricsRegistry } from '../../../src/observe/metrics/registry.ts'
import { finishNow } from '../../../src/slices.ts'

const labels = (route: string, reason = 'ok', policy = 'read'): readonly string[] => [
  'allow',
  reason,
  route,
  policy,
  'main',
  'nginx',
]

function openSet(limit: number) {
  const limited: [string, number][] = []
  const registry = new MetricsRegistry({ limit, onLimit: (name, at) => limited.push([name, at]) })
  return { registry, limited, set: registry.counter('warder_decisions_total') }
}

describe('the series of a metric', () => {
  it('are the same for the same labels', () => {
    const { set } = openSet(10)
    expect(set.of(labels('a'))).toBe(set.of([...labels('a')]))
    expect(set.of(labels('a'))).not.toBe(set.of(labels('b')))
    expect(set.size).toBe(2)
  })

  it('are counted as _other at the limit, which is reported once and counted', () => {
    const { set, registry, limited } = openSet(2)
    for (const route of ['a', 'b', 'c', 'd', 'c']) set.of(labels(route)).value += 1
    expect([...set].map((series) => [series.labels[2], series.value])).toEqual([
      ['a', 1],
      ['b', 1],
      ['_other', 3],
    ])
    expect([...set].at(-1)?.labels).toEqual(['allow', 'ok', '_other', '_other', '_other', 'nginx'])
    expect(limited).toEqual([['warder_decisions_total', 2]])
    expect(registry.counter('warder_metrics_limited_total').of(['warder_decisions_total']).value).toBe(3)
  })

  it('keep an empty label empty at the limit', () => {
    const { set } = openSet(0)
    expect(set.of(labels('', 'no_route', '')).labels).toEqual([
      'allow',
      'no_route',
      '',
      '',
      '_other',
      'nginx',
    ])
  })

  it('go with the names of the configuration, and the others stay', () => {
    const { set, registry } = openSet(3)
    for (const route of ['a', 'b', '', 'c', 'd']) set.of(labels(route)).value += 1
    const before = set.version
    finishNow(registry.retain((label, value) => label !== 'route' || value === 'b'))
    expect([...set].map((series) => series.labels[2])).toEqual(['b', '', '_other'])
    expect(set.version).not.toBe(before)
  })

  it('do not change when nothing is gone', () => {
    const { set, registry } = openSet(3)
    set.of(labels('a'))
    const before = set.version
    finishNow(registry.retain(() => true))
    expect(set.version).toBe(before)
    expect(set.size).toBe(1)
  })
})
