import { beforeEach, describe, expect, it } from 'bun:test'
import { MetricsRegistry, type Families } from '../../../src/observe/metrics/registry.ts'
import { Series } from '../../../src/observe/metrics/series.ts'
import { readSnapshot, writeSnapshot } from '../../../src/observe/metrics/snapshot.ts'
import { WorkerTotals } from '../../../src/observe/metrics/worker-totals.ts'
import { finishNow } from '../../../src/slices.ts'

const PID = 1

let registry: MetricsRegistry
let totals: WorkerTotals
beforeEach(() => {
  registry = new MetricsRegistry({ onLimit: () => undefined })
  totals = new WorkerTotals()
})

function count(route: string, exemplar?: string): void {
  const labels = ['allow', 'ok', route, 'read', 'main', 'nginx']
  const series = registry.counter('warder_decisions_total').of(labels)
  series.value += 1
  series.exemplar = exemplar
}

const write = (startedMs = 1): string =>
  finishNow(writeSnapshot({ pid: PID, startedMs, families: registry.families() }, totals.known))

/** One scrape. @returns What the worker has sent. */
function scrape(startedMs = 1): string {
  const text = write(startedMs)
  totals.take([readSnapshot(text)], new Set([PID]))
  return text
}

function decisions(): Readonly<Record<string, readonly [number, string | undefined]>> {
  const families: Families = totals.withOwn(new Map())
  const series = [...(families.get('warder_decisions_total') ?? [])]
  return Object.fromEntries(
    series.map((one) => [
      one.labels[2],
      one instanceof Series ? [one.value, one.exemplar] : [Number.NaN, ''],
    ]),
  )
}

describe('the snapshots of a worker', () => {
  it('have labels once, and new values each time', () => {
    count('orders', 'A1')
    expect(scrape()).toContain('orders')
    count('orders', 'A2')
    expect(scrape()).not.toContain('orders')
    expect(decisions()).toEqual({ orders: [2, 'A2'] })
  })

  it('have the labels of series that have come since', () => {
    count('orders')
    scrape()
    count('items', 'B1')
    const text = scrape()
    expect(text).toContain('items')
    expect(text).not.toContain('orders')
    expect(decisions()).toEqual({ orders: [1, undefined], items: [1, 'B1'] })
  })

  it('have all labels again when a reload has dropped series', () => {
    for (const route of ['orders', 'items', 'users']) count(route)
    scrape()
    finishNow(registry.retain((label, value) => label !== 'route' || value !== 'orders'))
    count('users')
    count('carts')
    scrape()
    expect(decisions()).toEqual({ items: [1, undefined], users: [2, undefined], carts: [1, undefined] })
  })

  it('have all labels again when the answer to the last question came too late', () => {
    count('orders')
    scrape()
    count('items')
    write()
    count('users')
    scrape()
    expect(Object.keys(decisions())).toEqual(['orders', 'items', 'users'])
  })

  it('have all labels if another process with the same pid was known', () => {
    count('orders')
    scrape(1)
    expect(scrape(2)).toContain('orders')
    expect(decisions()).toEqual({ orders: [2, undefined] })
  })

  it('are of one moment, also when series are dropped and come while one is written', () => {
    for (let i = 0; i < 1_000; i += 1) count(`r${i}`)
    const writing = writeSnapshot({ pid: PID, startedMs: 1, families: registry.families() }, totals.known)
    writing.next()
    finishNow(registry.retain((label, value) => label !== 'route' || value !== 'r0'))
    count('late')
    totals.take([readSnapshot(finishNow(writing))], new Set([PID]))
    expect(Object.keys(decisions())).toHaveLength(1_000)
    scrape()
    const now = Object.keys(decisions())
    expect([now.length, now[0], now.at(-1)]).toEqual([1_000, 'r1', 'late'])
  })

  it('have the labels of values that are read at each scrape every time, for these may be others', () => {
    let names = ['decisions', 'grpc']
    registry.readAtScrape((writeValue) => {
      for (const [index, name] of names.entries()) writeValue('warder_connections', [name], index)
    })
    scrape()
    names = ['grpc', 'spoe']
    scrape()
    const families: Families = totals.withOwn(new Map())
    const open = [...(families.get('warder_connections') ?? [])]
    expect(open.map((one) => [one.labels[0], one instanceof Series && one.value])).toEqual([
      ['grpc', 0],
      ['spoe', 1],
    ])
  })

  it('pause often, also without new labels', () => {
    for (let i = 0; i < 2_000; i += 1) count(`r${i}`, `A${i}`)
    scrape()
    const writing = writeSnapshot({ pid: PID, startedMs: 1, families: registry.families() }, totals.known)
    let slices = 0
    for (let step = writing.next(); step.done !== true; step = writing.next()) slices += 1
    expect(slices).toBeGreaterThan(2_000 / 512)
  })
})
