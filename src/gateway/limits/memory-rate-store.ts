/** Counts of requests in the memory of this process: a sliding window for each limit and key. */
import type { RateLimit, RateStore } from './rate-store.ts'

/** Keys of one limit that are counted at once: some 20 MiB. */
export const MAX_KEYS = 100_000

/** How many of them are compared when one has to go. */
const COMPARED = 8

// What adding up fractions of a window may be off by, so that who comes back in time is let in.
const ROUNDING = 1e-9

interface Counts {
  readonly key: string
  /** Number of the window since the epoch of the clock. */
  window: number
  current: number
  previous: number
}

interface Keys {
  take(key: string, limit: RateLimit, nowMs: number): number
}

/** @param nowMs A clock that never goes back. */
export function createMemoryRateStore(nowMs: () => number = () => performance.now()): RateStore {
  const limits = new Map<string, Keys>()
  return {
    take(limit, key) {
      let keys = limits.get(limit.id)
      if (keys === undefined) limits.set(limit.id, (keys = createKeys()))
      return keys.take(key, limit, nowMs())
    },
    retain(kept) {
      const ids = new Set(kept.map(({ id }) => id))
      for (const id of limits.keys()) if (!ids.has(id)) limits.delete(id)
    },
  }
}

/** The keys of one limit. */
function createKeys(): Keys {
  const counted = new Map<string, Counts>()
  // The same counts in a ring: to find the oldest of a map, the runtime walks over all that were deleted before it.
  const ring: Counts[] = []
  let hand = 0
  /**
   * The place of the one that goes: of a few, who was counted least. So who has used up a limit is not forgotten
   * because somebody else sends one request from each of many addresses.
   */
  const findRoom = (window: number): number => {
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
      const place = findRoom(window)
      counted.delete(ring[place]?.key ?? '')
      ring[place] = counts
    }
    return counts
  }
  return {
    take(key, { requests, perMs }, nowMs) {
      const window = Math.floor(nowMs / perMs)
      return count(counted.get(key) ?? add(key, window), window, nowMs / perMs - window, requests, perMs)
    },
  }
}

/**
 * Two fixed windows, of which the earlier counts by the share of it that is still within the sliding one.
 *
 * @param elapsed Of the current window, from 0 to 1.
 * @returns Seconds to wait; 0 if the request was counted.
 */
function count(counts: Counts, window: number, elapsed: number, requests: number, perMs: number): number {
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

/** When the next request would be within the limit if none came before it, in windows from now. */
function windowsToWait({ previous, current }: Counts, requests: number, elapsed: number): number {
  const room = requests - current - 1
  // Still in this window, once enough of the one before has slid out of view.
  if (room >= 0) return 1 - room / previous - elapsed
  return 1 - elapsed + 1 - (requests - 1) / current
}

/** What would be forgotten. */
function weightOf(counts: Counts | undefined, window: number): number {
  if (counts === undefined) return 0
  if (counts.window === window) return counts.current + counts.previous
  return counts.window === window - 1 ? counts.current : 0
}
