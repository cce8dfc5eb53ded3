/** The recent decisions of a service, with the configuration that each was made by. */
import type { Decide } from '../decision/decide.ts'
import { createRecentDecisions, type RecentDecisions } from '../observe/recent/recent-decisions.ts'
import type { ServingInstance } from './build-instance.ts'
import { monotonicMs } from './system.ts'

export interface KeptDecisions {
  readonly recent: RecentDecisions
  /** From now on, decisions are made by this instance, too. */
  readonly follow: (instance: ServingInstance) => void
}

/** @param maxRecords Most decisions that are kept; asked again each time. */
export function keepRecent(maxRecords: () => number): KeptDecisions {
  // A configuration that was replaced is not kept for it.
  const digests = new WeakMap<Decide, string>()
  const recent = createRecentDecisions({
    monotonicMs,
    later: (fn) => void setImmediate(fn),
    maxRecords,
    digestOf: (decide) => digests.get(decide),
  })
  return { recent, follow: ({ decide, config }) => void digests.set(decide, config.digest) }
}
