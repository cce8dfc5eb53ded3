/** When to load again. */
import type { RemoteKeySettings } from '../../settings/keys/key-source.ts'

const FIRST_RETRY_MS = 1_000
/** An issuer that was down for hours is noticed within a minute of its return. */
const LONGEST_RETRY_MS = 60_000
/** Doublings after which the cap is reached for certain; keeps the power from overflowing. */
const MAX_DOUBLINGS = 6

/** The times between two loads that an operator chooses. */
export type RefreshTimes = Pick<
  RemoteKeySettings,
  'refreshMs' | 'minRefreshMs' | 'maxRefreshMs' | 'maxStaleMs'
>

/**
 * The wait after a success, spread by 10 % either way: as long as the answer may be used, within the
 * bounds, or `refreshMs` if the server does not tell. Never more than half of `maxStaleMs`: a good key set must not
 * grow too old between two loads.
 *
 * @param random Uniform in [0, 1).
 */
export function refreshDelayMs(freshMs: number | undefined, times: RefreshTimes, random: number): number {
  const { refreshMs, minRefreshMs, maxRefreshMs, maxStaleMs } = times
  const wanted = freshMs === undefined ? refreshMs : Math.min(Math.max(freshMs, minRefreshMs), maxRefreshMs)
  return Math.min(wanted, maxStaleMs / 2) * (0.9 + random * 0.2)
}

/**
 * The wait after a failure: 1 s, doubled each time up to 60 s, then spread over its upper half; longer when the
 * server asks for it, but then and always at most `refreshMs`, when it would have been asked anyway.
 *
 * @param failures Failures in a row, at least 1.
 * @param retryAfterMs What the server asks for, if it does.
 */
export function retryDelayMs(
  failures: number,
  retryAfterMs: number | undefined,
  { refreshMs }: Pick<RefreshTimes, 'refreshMs'>,
  random: number,
): number {
  const full = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, MAX_DOUBLINGS))
  return Math.min(refreshMs, Math.max(full * (0.5 + random / 2), retryAfterMs ?? 0))
}
