/** A right that is used up and grows back. */

export interface TokenBucket {
  /** Takes one; false when there is none. */
  take(): boolean
}

/**
 * Creates a full bucket of `size`, into which one token returns every `refillMs`. A clock that is set back
 * fills nothing.
 */
export function createTokenBucket(size: number, refillMs: number, nowMs: () => number): TokenBucket {
  let tokens = size
  let filledAtMs = nowMs()
  return {
    take() {
      const elapsedMs = Math.max(0, nowMs() - filledAtMs)
      filledAtMs = nowMs()
      tokens = Math.min(size, tokens + elapsedMs / refillMs)
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}
