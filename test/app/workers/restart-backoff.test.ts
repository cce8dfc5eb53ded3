import { expect, it } from 'bun:test'
import { createBackoff } from '../../../src/app/workers/restart-backoff.ts'

it('waits longer after each early end, up to a bound, and little after a good run', () => {
  let now = 0
  const backoff = createBackoff(() => now)
  const endAfter = (ms: number): number => {
    backoff.started()
    now += ms
    return backoff.waitMs()
  }
  expect([endAfter(0), endAfter(10), endAfter(0), endAfter(9_999)]).toEqual([100, 200, 400, 800])
  for (let i = 0; i < 20; i++) endAfter(0)
  expect(endAfter(0)).toBe(30_000)
  expect(endAfter(10_000)).toBe(100)
})
