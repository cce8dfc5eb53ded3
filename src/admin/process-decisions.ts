/** What a process reports about its decisions over time, for those who follow them. Plain data. */
import type { DecisionRecord } from './decision-record.ts'

/** Of one process, since it started. */
export interface DecisionCounts {
  /** Another one in every process. */
  readonly process: string
  readonly count: number
  /** By reason. */
  readonly allow: Readonly<Record<string, number>>
  readonly deny: Readonly<Record<string, number>>
  /** Upper bounds in milliseconds, increasing, each with how many decisions took as long, and longer than the bound before. */
  readonly durations: readonly (readonly [number, number])[]
}

/** What a process is asked about its newest decisions. */
export interface FreshAsked {
  /** By process: how many it had made when it was asked last. One that is not among them begins with this answer. */
  readonly counts: Readonly<Record<string, number>>
  readonly limit: number
}

export interface FreshAnswer {
  readonly process: string
  /** How many decisions it has made. */
  readonly count: number
  /** The newest ones since then, newest first. */
  readonly decisions: readonly DecisionRecord[]
  /** How many others there were. */
  readonly leftOut: number
}
