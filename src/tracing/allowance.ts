/** So many in a second, on average. */

/** Takes one, unless those of this second are used up. */
export type Take = () => boolean

/** @param nowMs A clock that never goes back, in milliseconds. */
export function createAllowance(perSecond: number, nowMs: () => number): Take {
  let left = perSecond
  let filledMs = nowMs()
  return () => {
    const now = nowMs()
    left = Math.min(perSecond, left + ((now - filledMs) / 1_000) * perSecond)
    filledMs = now
    if (left < 1) return false
    left -= 1
    return true
  }
}
