/** What the admin listener asks the processes that decide. Plain data only: they may be other processes. */
import type { DecisionCounts, FreshAnswer, FreshAsked } from './process-decisions.ts'
import type { GatewayReport } from '../gateway/gateway-report.ts'
import type { DecisionAnswer, DecisionFilter, DecisionsAnswer } from './decision-record.ts'
import type { ListenerState } from './listeners.ts'
import type { MetricsAsked } from './metrics-asked.ts'

/** A line for each question: what is asked, and what one process answers. */
export interface ProcessQuestions {
  /** How many decisions the process has made since it started. */
  readonly decided: { readonly asked: null; readonly answer: number }
  /** Counts since the process started. */
  readonly counts: { readonly asked: null; readonly answer: DecisionCounts }
  /** Which decisions it has kept since it was asked last. */
  readonly fresh: { readonly asked: FreshAsked; readonly answer: FreshAnswer }
  /** Which decisions it keeps, newest first. */
  readonly decisions: { readonly asked: DecisionFilter; readonly answer: DecisionsAnswer }
  /** The decision of this id, with its steps; null if it does not keep it. */
  readonly decision: { readonly asked: string; readonly answer: DecisionAnswer | null }
  /** The state of the gateway; null without one. */
  readonly gateway: { readonly asked: null; readonly answer: GatewayReport | null }
  /** The listeners of the process, and their connections; the admin listener is left out. */
  readonly listeners: { readonly asked: null; readonly answer: readonly ListenerState[] }
  /** Its metrics, without what the asker knows, as observe/metrics/snapshot.ts writes them. */
  readonly metrics: { readonly asked: MetricsAsked; readonly answer: string }
}

export type QuestionKind = keyof ProcessQuestions
export type Asked<K extends QuestionKind> = ProcessQuestions[K]['asked']
export type AnswerTo<K extends QuestionKind> = ProcessQuestions[K]['answer']

/** How one process answers each question. A promise is for an answer that is made in slices, between decisions. */
export type ProcessAnswers = {
  readonly [K in QuestionKind]: (asked: Asked<K>) => AnswerTo<K> | Promise<AnswerTo<K>>
}

/**
 * Asks every process that serves. The answers are in the order of the workers; one that does not answer in time, or
 * ends, is left out.
 */
export type AskAll = <K extends QuestionKind>(kind: K, asked: Asked<K>) => Promise<readonly AnswerTo<K>[]>
