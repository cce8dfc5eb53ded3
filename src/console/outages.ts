/** Outages of a key source, from what happened to its keys. */
import type { KeyMoment } from '../admin/decision-record.ts'

export interface Outage {
  readonly fromMs: number
  /** Now, if it goes on. */
  readonly toMs: number
}

/** From the first failed load to the next good one. @param moments Oldest first. */
export function findOutages(moments: readonly KeyMoment[], nowMs: number): readonly Outage[] {
  const outages: Outage[] = []
  let fromMs: number | undefined
  for (const { timeMs, type } of moments) {
    if (type === 'failed') fromMs ??= timeMs
    else if (fromMs !== undefined) {
      outages.push({ fromMs, toMs: timeMs })
      fromMs = undefined
    }
  }
  return fromMs === undefined ? outages : [...outages, { fromMs, toMs: nowMs }]
}
