import { describe, expect, it } from 'bun:test'
import { createMeter } from '../../src/admin/decision-counts.ts'
import { createDecisionEvents } from '../../src/admin/decision-events.ts'
import type { FreshAnswer, FreshAsked } from '../../src/admin/process-decisions.ts'
import type { DecisionRecord, StatsPoint } from '../../src/admin/decision-record.ts'
import { askingFake } from '../support/asking-fake.ts'

const record = (id: string, timeMs: number): DecisionRecord => ({
  id,
  timeMs,
  outcome: 'deny',
  reason: 'token_expired',
  status: 401,
  route: null,
  policy: null,
  issuer: null,
  caller: 'nginx',
  client: null,
  method: 'GET',
  host: 'h',
  path: '/',
  detail: null,
  cached: false,
  durationMs: 0.1,
})

function setUp() {
  const world = {
    fresh: [] as readonly FreshAnswer[],
    asked: [] as FreshAsked[],
    ticks: [] as (() => void)[],
  }
  const askAll = askingFake({
    counts: () => [],
    fresh: (asked) => {
      world.asked.push(asked)
      return world.fresh
    },
  })
  const events = createDecisionEvents({
    askAll,
    openMeter: () => createMeter(askAll, () => 0, false),
    everySecond: (fn) => {
      world.ticks.push(fn)
      return () => void world.ticks.splice(world.ticks.indexOf(fn), 1)
    },
  })
  const tick = async (): Promise<void> => {
    for (const fn of world.ticks) fn()
    await Bun.sleep(0)
  }
  return { world, events, tick }
}

function client(reads = true) {
  const got: string[] = []
  return { got, reads, send: (text: string) => reads && got.push(text) > 0, end() {} }
}

/** The events of a text: name and data. */
const parsed = (
  text: string,
): readonly (readonly [string, DecisionRecord & StatsPoint & { leftOut: number }])[] =>
  text
    .split('\n\n')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', data = ''] = part.split('\n')
      return [name.replace('event: ', ''), JSON.parse(data.replace('data: ', ''))]
    })

describe('events', () => {
  it('are sent to everybody who listens: new decisions in their order, then statistics', async () => {
    const { world, events, tick } = setUp()
    const [a, b] = [client(), client()]
    events.listen(a)
    events.listen(b)
    await tick()
    world.fresh = [
      { process: 'p', count: 7, decisions: [record('3', 30), record('1', 10)], leftOut: 2 },
      { process: 'q', count: 1, decisions: [record('2', 20)], leftOut: 0 },
    ]
    await tick()
    expect(a.got).toEqual(b.got)
    const last = parsed(a.got.at(-1) ?? '')
    expect(last.map(([name, { id }]) => [name, id])).toEqual([
      ['decision', '1'],
      ['decision', '2'],
      ['decision', '3'],
      ['stats', undefined],
    ] as never)
    expect(last.at(-1)?.[1].leftOut).toBe(2)
    await tick()
    expect(world.asked.at(-1)?.counts).toEqual({ p: 7, q: 1 })
  })
  it('are bounded, and what is left out is counted', async () => {
    const { world, events, tick } = setUp()
    const listener = client()
    events.listen(listener)
    await tick()
    const decisions = Array.from({ length: 50 }, (_, i) => record(`${i}`.padStart(3, '0'), 100 - i))
    world.fresh = [
      { process: 'p', count: 1_000, decisions, leftOut: 950 },
      { process: 'q', count: 50, decisions, leftOut: 0 },
    ]
    await tick()
    const last = parsed(listener.got.at(-1) ?? '')
    expect(last.length).toBe(51)
    expect(last.at(-1)?.[1].leftOut).toBe(1_000)
  })
  it('ask nobody while nobody listens', async () => {
    const { world, events, tick } = setUp()
    const leave = events.listen(client())
    await tick()
    leave()
    const asked = world.asked.length
    expect(world.ticks).toEqual([])
    await tick()
    expect(world.asked.length).toBe(asked)
    events.listen(client())
    await tick()
    expect(world.asked.length).toBeGreaterThan(asked)
  })
  it('leave out a client that does not read, and nobody else', async () => {
    const { events, tick } = setUp()
    const [slow, quick] = [client(false), client()]
    events.listen(slow)
    events.listen(quick)
    await tick()
    await tick()
    expect(slow.got).toEqual([])
    expect(quick.got.length).toBeGreaterThanOrEqual(2)
  })
})
