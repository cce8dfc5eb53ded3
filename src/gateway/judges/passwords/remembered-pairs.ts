/** Pairs of user and password that were right a moment ago, under a keyed digest: no password stays in memory. */
import { LRUCache } from 'lru-cache'

export interface RememberedPairs {
  has(digest: string, nowMs: number): boolean
  put(digest: string, nowMs: number): void
}

/** Some 2 MiB. */
const MAX_PAIRS = 10_000
/** From the moment at which the password was verified; use does not make it longer. */
const REMEMBER_MS = 300_000

export function createRememberedPairs(): RememberedPairs {
  // What was used least recently goes first. The value: until when it counts.
  const pairs = new LRUCache<string, number>({ max: MAX_PAIRS })
  return {
    has(digest, nowMs) {
      const untilMs = pairs.get(digest)
      if (untilMs === undefined) return false
      if (untilMs > nowMs) return true
      pairs.delete(digest)
      return false
    },
    put: (digest, nowMs) => void pairs.set(digest, nowMs + REMEMBER_MS),
  }
}
