/** Pairs of user and password that were right a moment ago, under a keyed digest: no password stays in memory. */

export interface RememberedPairs {
  has(digest: string, nowMs: number): boolean
  put(digest: string, nowMs: number): void
}

/** Some 2 MiB. */
const MAX_PAIRS = 10_000
/** From the moment at which the password was verified; use does not make it longer. */
const REMEMBER_MS = 300_000

export function createRememberedPairs(): RememberedPairs {
  // In the order in which they were used last.
  const pairs = new Map<string, number>()
  return {
    has(digest, nowMs) {
      const untilMs = pairs.get(digest)
      if (untilMs === undefined) return false
      pairs.delete(digest)
      if (untilMs <= nowMs) return false
      pairs.set(digest, untilMs)
      return true
    },
    put(digest, nowMs) {
      pairs.delete(digest)
      pairs.set(digest, nowMs + REMEMBER_MS)
      if (pairs.size <= MAX_PAIRS) return
      for (const oldest of pairs.keys()) {
        pairs.delete(oldest)
        return
      }
    },
  }
}
