/** When a process that ended is started again. */

/** A process that ran for so long was not broken from the start. */
const GOOD_RUN_MS = 10_000
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 30_000

export interface Backoff {
  started(): void
  /** Milliseconds until the next start, after an end. */
  waitMs(): number
}

/** @param nowMs A clock that never goes back. */
export function createBackoff(nowMs: () => number): Backoff {
  let startedAtMs = nowMs()
  let failures = 0
  return {
    started() {
      startedAtMs = nowMs()
    },
    waitMs() {
      failures = nowMs() - startedAtMs >= GOOD_RUN_MS ? 0 : failures + 1
      return Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1), LONGEST_WAIT_MS)
    },
  }
}
