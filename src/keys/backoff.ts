/** When to try again. */

const FIRST_RETRY_MS = 1_000
/** An issuer that was down for hours is noticed within a minute of its return. */
const LONGEST_RETRY_MS = 60_000
/** Doublings after which the cap is reached for certain; keeps the power from overflowing. */
const MAX_DOUBLINGS = 6

/**
 * The wait after a failure: 1 s, doubled each time up to 60 s, then spread over its upper half.
 *
 * @param failures Failures in a row, at least 1.
 * @param random Uniform in [0, 1).
 */
export function retryDelayMs(failures: number, random: number): number {
  const full = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, MAX_DOUBLINGS))
  return full * (0.5 + random / 2)
}

/** The wait after a success: the interval, spread by 10 % either way. */
export const refreshDelayMs = (intervalMs: number, random: number): number =>
  intervalMs * (0.9 + random * 0.2)
