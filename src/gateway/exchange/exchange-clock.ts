/** The deadlines of one exchange: of its next step, and of the whole. */
import type { Deadlines, Expiring } from '../../http/deadlines.ts'

/** Longest wait for a decision: more than a first fetch of keys and an auth service may take. */
export const DECISION_TIMEOUT_MS = 90_000

/** How late a wall clock that was set forward is noticed. */
const LONGEST_SLEEP_MS = 60_000
const AGAIN_MS = 10_000

export type ExchangeClock = ReturnType<typeof startExchangeClock>

/** @param firstMs Time for the first thing to happen. */
export function startExchangeClock(deadlines: Deadlines, firstMs: number, onDeadline: () => void) {
  const startedMs = performance.now()
  const item: Expiring = { deadlineMs: startedMs + firstMs, onDeadline }
  let endMs = Infinity
  const alarm: Expiring = { deadlineMs: Infinity, onDeadline() {} }
  deadlines.add(item)
  return {
    /** Since the head of the request was read. */
    elapsedMs: (): number => performance.now() - startedMs,
    /** Bounds the whole, from its start; 0 is no limit. */
    limitTotal(ms: number): void {
      endMs = ms === 0 ? Infinity : startedMs + ms
    },
    /** Time until the next thing must have happened. */
    allow(ms: number): void {
      item.deadlineMs = Math.min(performance.now() + ms, endMs)
    },
    isTotalOver: (): boolean => performance.now() >= endMs,
    /**
     * Calls at a time of the wall clock, and again every ten seconds for as long as the exchange lasts.
     *
     * @param atSeconds Since the epoch.
     */
    at(atSeconds: number, onTime: () => void): void {
      alarm.onDeadline = () => {
        const leftMs = atSeconds * 1_000 - Date.now()
        // The clocks run apart, and one of them may be set.
        const sleepMs = leftMs > 0 ? Math.min(leftMs, LONGEST_SLEEP_MS) : AGAIN_MS
        alarm.deadlineMs = performance.now() + sleepMs
        if (leftMs <= 0) onTime()
      }
      alarm.deadlineMs = 0
      deadlines.add(alarm)
    },
    stop(): void {
      deadlines.remove(item)
      deadlines.remove(alarm)
    },
  }
}
