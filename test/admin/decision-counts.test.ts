import { describe, expect, it } from 'bun:test'
import { createMeter } from '../../src/admin/decision-counts.ts'
import type { DecisionCounts } from '../../src/admin/process-decisions.ts'
import { askingFake } from '../support/asking-fake.ts'
import { DecisionTally } from '../../src/observe/recent/decision-tally.ts'

const counts = (process: string, more: Partial<DecisionCounts>): DecisionCounts => ({
  process,
  count: 0,
  allow: {},
  deny: {},
  durations: [],
  ...more,
})

function setUp(isAtStart = true) {
  const world = { nowMs: 0, answers: [] as readonly DecisionCounts[] }
  const measure = createMeter(askingFake({ counts: () => world.answers }), () => world.nowMs, isAtStart)
  return {
    async after(ms: number, ...answers: readonly DecisionCounts[]) {
      world.nowMs += ms
      world.answers = answers
      return await measure()
    },
  }
}

describe('the statistics of a span of time', () => {
  it('are what was counted in it, of all processes', async () => {
    const { after } = setUp()
    await after(5_000, counts('a', { allow: { ok: 3 }, durations: [[0.02, 3]] }))
    const point = await after(
      5_000,
      counts('a', { allow: { ok: 5, public: 1 }, durations: [[0.02, 6]] }),
      counts('b', { allow: { ok: 7 }, deny: { token_expired: 2 }, durations: [[0.04, 9]] }),
    )
    expect(point).toEqual({
      timeMs: 10_000,
      seconds: 5,
      outcomes: { allow: 10, deny: 2 },
      reasons: { ok: 9, public: 1, token_expired: 2 },
      latencyMs: { p50: 0.04, p95: 0.04, p99: 0.04 },
    })
  })
  it('are never less than nothing when a process ends and another one begins', async () => {
    const { after } = setUp()
    await after(1_000, counts('a', { allow: { ok: 1_000 } }))
    const point = await after(1_000, counts('b', { allow: { ok: 4 } }))
    expect(point.outcomes).toEqual({ allow: 4, deny: 0 })
  })
  it('lose nothing of a process that did not answer in time', async () => {
    const { after } = setUp()
    await after(1_000, counts('a', { allow: { ok: 10 } }))
    expect((await after(1_000)).outcomes).toEqual({ allow: 0, deny: 0 })
    expect((await after(1_000, counts('a', { allow: { ok: 15 } }))).outcomes).toEqual({ allow: 5, deny: 0 })
  })
  it('begin with nothing for somebody who comes later', async () => {
    const { after } = setUp(false)
    expect((await after(0, counts('a', { allow: { ok: 10 } }))).outcomes).toEqual({ allow: 0, deny: 0 })
    expect((await after(1_000, counts('a', { allow: { ok: 12 } }))).outcomes).toEqual({ allow: 2, deny: 0 })
  })
  it('have no latency without decisions', async () => {
    const { after } = setUp()
    expect((await after(1_000, counts('a', {}))).latencyMs).toBeNull()
  })
  it('have the latency below which so many were, a fifth too high at most', async () => {
    const { after } = setUp()
    const tally = new DecisionTally()
    for (let i = 1; i <= 1_000; i++) tally.add('ok', 'allow', i / 100)
    for (const odd of [0, -1, Number.NaN, 1e9]) tally.add('ok', 'allow', odd)
    const { latencyMs } = await after(1_000, tally.counts())
    for (const [name, exact] of [
      ['p50', 5],
      ['p95', 9.5],
      ['p99', 9.9],
    ] as const) {
      expect(latencyMs?.[name]).toBeGreaterThanOrEqual(exact * 0.99)
      expect(latencyMs?.[name]).toBeLessThanOrEqual(exact * 1.2)
    }
  })
})
