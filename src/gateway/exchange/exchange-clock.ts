/** The deadlines of one exchange: the one of the moment, and that of the whole. */
import type { Deadlines, Expiring } from '../deadlines.ts'

export interface ExchangeClock {
  /** Since the head of the request was read. */
  elapsedMs(): number
  /** Bounds the whole, from its start; 0 is no limit. */
  limitTotal(ms: number): void
  /** What happens next must happen within this time. */
  allow(ms: number): void
  isTotalOver(): boolean
  stop(): void
}

/** @param firstMs Time for the first thing to happen. */
export function startExchangeClock(
  deadlines: Deadlines,
  firstMs: number,
  onDeadline: () => void,
): ExchangeClock {
  const startedMs = performance.now()
  const item: Expiring = { deadlineMs: startedMs + firstMs, onDeadline }
  let endMs = Infinity
  deadlines.add(item)
  return {
    elapsedMs: () => performance.now() - startedMs,
    limitTotal: (ms) => {
      endMs = ms === 0 ? Infinity : startedMs + ms
    },
    allow: (ms) => {
      item.deadlineMs = Math.min(performance.now() + ms, endMs)
    },
    isTotalOver: () => performance.now() >= endMs,
    stop: () => deadlines.remove(item),
  }
}
