/** How long a client is told to wait for keys. */

/** What a client is told at most: the longest wait between two tries of an issuer that does not ask for more. */
const LONGEST_RETRY_AFTER_SECONDS = 60

/**
 * Seconds until the next load, at least one.
 *
 * @param nextLoadAtMs Epoch milliseconds; undefined if it is unknown.
 */
export function retryAfterSeconds(nextLoadAtMs: number | undefined, nowMs: number): number {
  const seconds = Math.ceil(((nextLoadAtMs ?? nowMs) - nowMs) / 1_000)
  // A clock that was set back must not send clients away for hours.
  return Math.min(Math.max(1, seconds), LONGEST_RETRY_AFTER_SECONDS)
}
