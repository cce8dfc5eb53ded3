/** `GET /v1/history`: an hour of decisions in points of five seconds, and what happened to the keys meanwhile. */
import type { Issuer } from '../jwt/issuer.ts'
import type { Meter } from './decision-counts.ts'
import type { HistoryAnswer, StatsPoint } from './decision-record.ts'
import { createKeyTimeline } from './key-timeline.ts'

export interface DecisionHistory {
  /** Adds a point: the time since the last one. */
  tick(): Promise<void>
  report(): HistoryAnswer
}

/** Milliseconds between two points. */
export const POINT_MS = 5_000
/** An hour. */
const MAX_POINTS = 3_600_000 / POINT_MS

/** @param issuers Returns those in force. */
export function createDecisionHistory(measure: Meter, issuers: () => readonly Issuer[]): DecisionHistory {
  const points: StatsPoint[] = []
  const timeline = createKeyTimeline()
  let isBusy = false
  timeline.look(issuers())
  return {
    async tick() {
      timeline.look(issuers())
      if (isBusy) return
      isBusy = true
      try {
        points.push(await measure())
        if (points.length > MAX_POINTS) points.shift()
      } finally {
        isBusy = false
      }
    },
    report() {
      timeline.look(issuers())
      return { points, issuers: timeline.issuers }
    },
  }
}
