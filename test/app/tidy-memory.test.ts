import { describe, expect, it } from 'bun:test'
import { createTidy } from '../../src/app/tidy-memory.ts'

/** Collections after each look, when so many decisions had been made by then. */
function looks(decisionsAtLook: readonly number[]): readonly number[] {
  let decisions = 0
  let collections = 0
  const look = createTidy(
    () => decisions,
    () => void collections++,
  )
  return decisionsAtLook.map((made) => {
    decisions = made
    look()
    return collections
  })
}

describe('createTidy()', () => {
  const cases: readonly (readonly [string, readonly number[], readonly number[]])[] = [
    ['collects twice after a flood, and then no more', [20_000, 20_000, 20_000, 20_000], [0, 1, 2, 2]],
    ['does not stop a busy process', [20_000, 40_000, 60_000], [0, 0, 0]],
    ['leaves a trickle alone', [5_000, 5_000, 9_000, 9_000], [0, 0, 0, 0]],
    ['adds trickles up', [6_000, 6_000, 12_000, 12_000, 12_000], [0, 0, 0, 1, 2]],
    [
      'waits with the second collection while there are requests',
      [20_000, 20_000, 20_001, 20_001],
      [0, 1, 1, 2],
    ],
    ['has nothing to do at the start', [0, 0], [0, 0]],
  ]
  for (const [name, decisions, collections] of cases) {
    it(name, () => expect(looks(decisions)).toEqual(collections))
  }
})
