import { describe, expect, it } from 'bun:test'
import { createMemoryRateStore, MAX_KEYS } from '../../../src/gateway/limits/memory-rate-store.ts'
import type { RateStore } from '../../../src/decision/stores.ts'

const LIMIT = { id: 'a', requests: 2, perMs: 10_000 }

/** A store with a clock of the test. */
function timedStore(): { readonly store: RateStore; at(ms: number): RateStore } {
  let nowMs = 0
  const store = createMemoryRateStore(() => nowMs)
  return {
    store,
    at(ms) {
      nowMs = ms
      return store
    },
  }
}

describe('a rate store in memory', () => {
  it('allows as many requests of a client as the limit, and then answers when to retry', () => {
    const { at } = timedStore()
    expect([0, 0, 0].map((ms) => at(ms).count(LIMIT, 'a'))).toEqual([0, 0, 15])
    expect(at(0).count(LIMIT, 'b')).toBe(0)
  })

  it('slides: of the window before, the part that is still in view counts', () => {
    const { at } = timedStore()
    const limit = { ...LIMIT, requests: 10 }
    for (let i = 0; i < 10; i++) expect(at(9_000).count(limit, 'a')).toBe(0)
    const allowed = Array.from({ length: 10 }, () => at(15_000).count(limit, 'a')).filter(
      (wait) => wait === 0,
    )
    expect(allowed.length).toBe(5)
  })

  it('does not count what it refused', () => {
    const { at } = timedStore()
    const limit = { ...LIMIT, requests: 1, perMs: 1_000 }
    for (let ms = 0; ms < 1_000; ms += 10) void at(ms).count(limit, 'a')
    expect(at(2_000).count(limit, 'a')).toBe(0)
  })

  /** Most requests, the times of those before, and when one more comes. */
  const RETURNS: readonly (readonly [number, readonly number[], number])[] = [
    [1, [0], 0],
    [1, [9_999], 9_999],
    [2, [0, 0], 1],
    [3, [0, 5_000, 9_000], 9_500],
    [3, [1_000, 1_000, 1_000], 12_345],
    [5, [9_000, 9_000, 9_000, 9_000, 11_000], 11_500],
    [10, Array.from({ length: 10 }, () => 9_999), 10_000],
  ]
  for (const [requests, before, late] of RETURNS) {
    it(`allows the client again after the time that it was given: ${requests}, then at ${late}`, () => {
      const { at } = timedStore()
      const limit = { ...LIMIT, requests }
      for (const ms of before) expect(at(ms).count(limit, 'a')).toBe(0)
      const seconds = Number(at(late).count(limit, 'a'))
      expect(seconds).toBeGreaterThan(0)
      expect(at(late + seconds * 1_000).count(limit, 'a')).toBe(0)
    })
  }

  it('counts each limit separately, and keeps counting if only the number of requests has changed', () => {
    const { at } = timedStore()
    for (const id of ['a', 'b']) expect(at(0).count({ ...LIMIT, id, requests: 1 }, 'x')).toBe(0)
    expect(at(0).count({ ...LIMIT, requests: 1 }, 'x')).toBeGreaterThan(0)
    expect(at(0).count({ ...LIMIT, requests: 2 }, 'x')).toBe(0)
  })

  it('forgets the counts of limits that are gone', () => {
    const { at, store } = timedStore()
    const limit = { ...LIMIT, requests: 1 }
    void at(0).count(limit, 'x')
    store.retain([limit])
    expect(at(0).count(limit, 'x')).toBeGreaterThan(0)
    store.retain([])
    expect(at(0).count(limit, 'x')).toBe(0)
  })

  it('does not forget a client that has used up a limit, however many addresses send one request', () => {
    const { at } = timedStore()
    for (let i = 0; i < 2; i++) expect(at(0).count(LIMIT, 'attacker')).toBe(0)
    for (let i = 0; i < 3 * MAX_KEYS; i++) void at(1).count(LIMIT, `other ${i}`)
    expect(at(2).count(LIMIT, 'attacker')).toBeGreaterThan(0)
  })

  it('forgets counts that no longer matter first', () => {
    const { at } = timedStore()
    for (let i = 0; i < MAX_KEYS; i++) void at(i % 8 === 3 ? 0 : 25_000).count(LIMIT, `first ${i}`)
    for (let i = 0; i < MAX_KEYS / 8; i++) void at(25_000).count(LIMIT, `second ${i}`)
    for (let i = 0; i < MAX_KEYS; i++) {
      if (i % 8 === 3) continue
      // Each was counted once before.
      expect(at(25_000).count(LIMIT, `first ${i}`)).toBe(0)
      expect(at(25_000).count(LIMIT, `first ${i}`)).toBeGreaterThan(0)
    }
  })
})
