/** Counts frequent events, and reports them rarely. */
import type { Deadlines, Expiring } from '../deadlines.ts'

const REPORT_EACH_MS = 1_000

/**
 * Reports the first event at once, and then, once a second, how many more there were.
 *
 * @returns Counts one more.
 */
export function createTally<K extends string>(
  none: Readonly<Record<K, number>>,
  report: (counts: Readonly<Record<K, number>>) => void,
  deadlines: Deadlines,
): (what: K) => void {
  let counts: Record<K, number> = { ...none }
  let isAnyNew = false
  let isWaiting = false
  const reportNow = (): void => {
    report(counts)
    counts = { ...none }
    isAnyNew = false
    isWaiting = true
    next.deadlineMs = performance.now() + REPORT_EACH_MS
    deadlines.add(next)
  }
  const next: Expiring = {
    deadlineMs: Infinity,
    onDeadline() {
      deadlines.remove(next)
      isWaiting = false
      if (isAnyNew) reportNow()
    },
  }
  return (what) => {
    counts[what]++
    isAnyNew = true
    if (!isWaiting) reportNow()
  }
}
