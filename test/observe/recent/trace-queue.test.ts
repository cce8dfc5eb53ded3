import { describe, expect, it } from 'bun:test'
import { createTraceQueue, type TraceGroup } from '../../../src/observe/recent/trace-queue.ts'

function createWorld() {
  const world = { nowMs: 0, turns: [] as (() => void)[] }
  const queue = createTraceQueue({
    monotonicMs: () => world.nowMs,
    later: (fn) => void world.turns.push(fn),
  })
  const turn = (): void => world.turns.shift()?.()
  const offer = (times: number, group: TraceGroup, make = (): void => {}): number =>
    Array.from({ length: times }, () => queue.offer(group, make)).filter(Boolean).length
  return { world, queue, turn, offer }
}

describe('which decisions get a trace', () => {
  it('is one a turn, and none in the turn of the decision', () => {
    const { world, turn, offer } = createWorld()
    let made = 0
    expect(offer(3, 'other', () => void made++)).toBe(3)
    expect(made).toBe(0)
    for (const expected of [1, 2, 3]) {
      turn()
      expect(made).toBe(expected)
    }
    expect(world.turns).toEqual([])
  })
  it('is every one at low traffic', () => {
    const { world, turn, offer } = createWorld()
    for (let i = 0; i < 1_000; i++) {
      world.nowMs += 50
      expect(offer(1, 'other')).toBe(1)
      turn()
    }
  })
  it('is a bounded number in a flood', () => {
    const { world, offer } = createWorld()
    expect(offer(1_000, 'other')).toBe(50)
    world.nowMs += 1_000
    expect(offer(1_000, 'other')).toBe(25)
  })
  it('leaves room for those with a log line', () => {
    const { offer } = createWorld()
    offer(1_000, 'other')
    expect(offer(1_000, 'logged')).toBe(50)
    expect(offer(1_000, 'first')).toBe(50)
  })
  it('is fewer if they take long', () => {
    const { world, turn, offer } = createWorld()
    const slow = (): void => void (world.nowMs += 100)
    for (let i = 0; i < 3; i++) {
      offer(1, 'logged', slow)
      turn()
    }
    expect(offer(1, 'logged')).toBe(0)
    world.nowMs += 10_000
    expect(offer(1, 'logged')).toBe(1)
  })
  it('makes those that are waiting at once for somebody who asks', async () => {
    const { queue, turn, offer } = createWorld()
    let made = 0
    offer(3, 'other', () => void made++)
    await queue.flush()
    expect(made).toBe(3)
    turn()
    expect(made).toBe(3)
    offer(1, 'other', () => void made++)
    turn()
    expect(made).toBe(4)
  })
})
