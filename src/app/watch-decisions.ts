/** What the admin listener follows over time: statistics, new decisions, and the keys. */
import type { AdminRoute } from '../admin/admin-route.ts'
import { createMeter } from '../admin/decision-counts.ts'
import { createDecisionEvents } from '../admin/decision-events.ts'
import { createDecisionHistory, POINT_MS } from '../admin/decision-history.ts'
import type { AskAll } from '../admin/questions.ts'
import { watchRows } from '../admin/watch-rows.ts'
import type { ServingInstance } from './build-instance.ts'

export interface DecisionWatch {
  readonly rows: readonly AdminRoute[]
  /** From now on there is a history. */
  start(): void
  stop(): void
}

/** @param instance Returns the one in force. */
export function createDecisionWatch(askAll: AskAll, instance: () => ServingInstance): DecisionWatch {
  const nowMs = (): number => Date.now()
  const events = createDecisionEvents({
    askAll,
    openMeter: () => createMeter(askAll, nowMs, false),
    everySecond: (fn) => every(1_000, fn),
  })
  const history = createDecisionHistory(createMeter(askAll, nowMs, true), () => instance().guard.issuers)
  let cancel = (): void => {}
  return {
    rows: watchRows(events, history),
    start() {
      cancel = every(POINT_MS, () => void history.tick())
    },
    stop() {
      cancel()
      events.stop()
    },
  }
}

/** Without keeping the process alive. @returns Cancels. */
function every(ms: number, fn: () => void): () => void {
  const timer = setInterval(fn, ms)
  timer.unref()
  return () => clearInterval(timer)
}
