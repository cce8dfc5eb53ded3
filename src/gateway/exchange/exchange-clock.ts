/** The deadlines of one exchange: of its next step, and of the whole. */
import type { Deadlines, Expiring } from '../../http/deadlines.ts'

/** Longest wait for a decision: more than a first fetch of keys and an auth service may take. */
export const DECISION_TIMEOUT_MS = 90_000

/** How late a wall clock that was set forward is noticed. */
const LONGEST_SLEEP_MS = 60_000
const AGAIN_MS = 10_000

/** Runs from its creation until it is stopped. */
export class ExchangeClock implements Expiring {
  deadlineMs: number
  readonly onDeadline: () => void
  readonly #deadlines: Deadlines
  readonly #startedMs = performance.now()
  #endMs = Infinity
  #alarm: Expiring | undefined

  /** @param firstMs Time for the first thing to happen. */
  constructor(deadlines: Deadlines, firstMs: number, onDeadline: () => void) {
    this.#deadlines = deadlines
    this.deadlineMs = this.#startedMs + firstMs
    this.onDeadline = onDeadline
    deadlines.add(this)
  }

  /** Since the head of the request was read. */
  elapsedMs(): number {
    return performance.now() - this.#startedMs
  }

  /** Bounds the whole, from its start; 0 is no limit. */
  limitTotal(ms: number): void {
    this.#endMs = ms === 0 ? Infinity : this.#startedMs + ms
  }

  /** Time until the next thing must have happened. */
  allow(ms: number): void {
    this.deadlineMs = Math.min(performance.now() + ms, this.#endMs)
  }

  isTotalOver(): boolean {
    return performance.now() >= this.#endMs
  }

  /**
   * Calls at a time of the wall clock, and again every ten seconds for as long as the exchange lasts.
   *
   * @param atSeconds Since the epoch.
   */
  at(atSeconds: number, onTime: () => void): void {
    const alarm: Expiring = {
      deadlineMs: 0,
      onDeadline() {
        const leftMs = atSeconds * 1_000 - Date.now()
        // The clocks run apart, and one of them may be set.
        const sleepMs = leftMs > 0 ? Math.min(leftMs, LONGEST_SLEEP_MS) : AGAIN_MS
        alarm.deadlineMs = performance.now() + sleepMs
        if (leftMs <= 0) onTime()
      },
    }
    this.#alarm = alarm
    this.#deadlines.add(alarm)
  }

  stop(): void {
    this.#deadlines.remove(this)
    if (this.#alarm !== undefined) this.#deadlines.remove(this.#alarm)
  }
}
