/** What unknown kids may cause: one fetch per cooldown, and no waiting for those that were looked for. */
import { LRUCache } from 'lru-cache'

/** Fetches that may follow each other at the pace of the cooldown. */
const FETCH_BURST = 20
/** After them one right comes back in so many cooldowns, for as long as the unknown kids keep coming. */
const REFILL_COOLDOWNS = 2

/** Bounds the memory; each entry is a kid of at most 256 characters. */
const MAX_REMEMBERED = 1_000

export interface UnknownKids {
  /** Takes the right to one fetch. False while the last one is less than the cooldown ago, or none is left. */
  claimFetch(): boolean
  /** Remembers that this load is looking for the kid. */
  remember(kid: string, load: object): void
  /** True when an earlier load than `current` looked for the kid within the cooldown, in vain. */
  isKnownUnknown(kid: string, current: object | undefined): boolean
}

/**
 * Tokens are unverified when their kid is looked up, so anyone can send any number of unknown ones.
 *
 * The cooldown counts from the claim, before the fetch, and on failures too: an issuer that is down gets no
 * more requests than one that is up.
 */
export function createUnknownKids(cooldownMs: number, nowMs: () => number): UnknownKids {
  const remembered = new LRUCache<string, { readonly load: object; readonly atMs: number }>({
    max: MAX_REMEMBERED,
  })
  const takeRight = createTokenBucket(FETCH_BURST, cooldownMs * REFILL_COOLDOWNS, nowMs)
  let claimedAtMs: number | undefined
  // The distance, not the difference: a clock that is set back must not stretch the cooldown.
  const isRecent = (atMs: number): boolean => Math.abs(nowMs() - atMs) < cooldownMs

  return {
    claimFetch() {
      if (claimedAtMs !== undefined && isRecent(claimedAtMs)) return false
      if (!takeRight()) return false
      claimedAtMs = nowMs()
      return true
    },
    remember(kid, load) {
      if (remembered.peek(kid)?.load !== load) remembered.set(kid, { load, atMs: nowMs() })
    },
    isKnownUnknown(kid, current) {
      // Being asked for again makes a kid no younger: the one that was looked for first goes first.
      const entry = remembered.peek(kid)
      return entry !== undefined && entry.load !== current && isRecent(entry.atMs)
    },
  }
}

/**
 * Creates a full bucket of `size`, into which one token returns every `refillMs`. A clock that is set back
 * fills nothing.
 *
 * @returns Takes one; false when there is none.
 */
export function createTokenBucket(size: number, refillMs: number, nowMs: () => number): () => boolean {
  let tokens = size
  let filledAtMs = nowMs()
  return () => {
    const elapsedMs = Math.max(0, nowMs() - filledAtMs)
    filledAtMs = nowMs()
    tokens = Math.min(size, tokens + elapsedMs / refillMs)
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}
