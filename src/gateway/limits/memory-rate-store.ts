/** Counts of requests in the memory of this process: a sliding window for each limit and key. */
import type { RateLimit, RateStore } from '../../decision/stores.ts'

/** Keys of one limit that are counted at once: some 20 MiB. */
export const MAX_KEYS = 100_000

/** How many of them are compared when one has to be forgotten. */
const COMPARED = 8

// Error of adding up fractions of a window; without it a client that waits exactly `Retry-After` might be denied.
const ROUNDING = 1e-9

interface Counts {
  readonly key: string
  /** Number of the window since the epoch of the clock. */
  window: number
  current: number
  previous: number
}

/** Returns the seconds to wait; 0 if the request was counted. */
type CountKey = (key: string, limit: RateLimit, nowMs: number) => number

/** A store that answers at once. */
export interface MemoryRateStore extends RateStore {
  count(limit: RateLimit, key: string): number
}

/** @param nowMs A clock that never goes back. */
export function createMemoryRateStore(nowMs: () => number): MemoryRateStore {
  const limits = new Map<string, CountKey>()
  return {
    count(limit, key) {
      let countKey = limits.get(limit.id)
      if (countKey === undefined) limits.set(limit.id, (countKey = createKeys()))
      return countKey(key, limit, nowMs())
    },
    retain(kept) {
      const ids = new Set(kept.map(({ id }) => id))
      for (const id of limits.keys()) if (!ids.has(id)) limits.delete(id)
    },
  }
}

/** The keys of one limit. */
function createKeys(): CountKey {
  const counted = new Map<string, Counts>()
  // The same counts in a ring: to find the oldest entry of a map, the runtime walks over all deleted ones before it.
  const ring: Counts[] = []
  let hand = 0
  /**
   * The place of the count to forget: the smallest of a few. So a client that has used up a limit is not forgotten
   * because another one sends one request from each of many addresses.
   */
  const findSmallest = (window: number): number => {
    let least = hand
    for (let i = 0; i < COMPARED; i++) {
      const place = (hand + i) % ring.length
      if (weightOf(ring[place], window) < weightOf(ring[least], window)) least = place
    }
    hand = (hand + COMPARED) % ring.length
    return least
  }
  const add = (key: string, window: number): Counts => {
    const counts = { key, window, current: 0, previous: 0 }
    counted.set(key, counts)
    if (ring.length < MAX_KEYS) ring.push(counts)
    else {
      const place = findSmallest(window)
      counted.delete(ring[place]?.key ?? '')
      ring[place] = counts
    }
    return counts
  }
  return (key, { requests, perMs }, nowMs) => {
    const window = Math.floor(nowMs / perMs)
    return countIn(counted.get(key) ?? add(key, window), window, nowMs / perMs - window, requests, perMs)
  }
}

/**
 * Two fixed windows, of which the earlier one counts by its share that is still within the sliding window.
 *
 * @param elapsed Of the current window, from 0 to 1.
 * @returns Seconds to wait; 0 if the request was counted.
 */
function countIn(counts: Counts, window: number, elapsed: number, requests: number, perMs: number): number {
  if (counts.window !== window) {
    counts.previous = counts.window === window - 1 ? counts.current : 0
    counts.current = 0
    counts.window = window
  }
  if (counts.previous * (1 - elapsed) + counts.current + 1 > requests + ROUNDING)
    return Math.max(1, Math.ceil((windowsToWait(counts, requests, elapsed) * perMs) / 1_000))
  counts.current++
  return 0
}

/** Windows from now until a next request would be within the limit, if none comes before it. */
function windowsToWait({ previous, current }: Counts, requests: number, elapsed: number): number {
  const left = requests - current - 1
  // Still in this window, once enough of the previous one has slid out of it.
  if (left >= 0) return 1 - left / previous - elapsed
  return 1 - elapsed + 1 - (requests - 1) / current
}

/** How much would be forgotten. */
function weightOf(counts: Counts | undefined, window: number): number {
  if (counts === undefined) return 0
  if (counts.window === window) return counts.current + counts.previous
  return counts.window === window - 1 ? counts.current : 0
}
