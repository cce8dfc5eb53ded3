import { describe, expect, it } from 'bun:test'
import { createPace, MAX_WAITING } from '../../src/admin/pace.ts'

function setUp() {
  const world = { nowMs: 0, timers: [] as { fn: () => void; ms: number }[] }
  const pace = createPace({
    monotonicMs: () => world.nowMs,
    setTimer: (fn, ms) => void world.timers.push({ fn, ms }),
  })
  /** A job that takes so long. */
  const job =
    (ms: number, result: unknown = ms) =>
    async (): Promise<unknown> => {
      world.nowMs += ms
      if (result instanceof Error) throw result
      return result
    }
  return { world, pace, job }
}

describe('a pace', () => {
  it('makes one after the other, with a rest of three times as long', async () => {
    const { world, pace, job } = setUp()
    const [first, second] = [pace.run(job(20)), pace.run(job(5))]
    expect(await first).toBe(20)
    expect(world).toMatchObject({ nowMs: 20, timers: [{ ms: 60 }] })
    world.timers.shift()?.fn()
    expect(await second).toBe(5)
    expect(world.timers).toMatchObject([{ ms: 15 }])
    // Nobody waits: the next one is made at once.
    world.timers.shift()?.fn()
    expect(await pace.run(job(1))).toBe(1)
  })

  it('goes on after a job that fails, and rests no longer than half a second', async () => {
    const { world, pace, job } = setUp()
    expect(pace.run(job(2_000, new Error('no'))) ?? Promise.resolve()).rejects.toThrow('no')
    await Promise.resolve()
    const after = pace.run(job(1))
    expect(world.timers).toMatchObject([{ ms: 500 }])
    world.timers.shift()?.fn()
    expect(await after).toBe(1)
  })

  it('refuses more than may wait', () => {
    const { pace, job } = setUp()
    const asked = Array.from({ length: MAX_WAITING + 3 }, () => pace.run(job(1)))
    // The first one is not waiting.
    expect(asked.filter((one) => one === undefined)).toHaveLength(2)
  })
})
