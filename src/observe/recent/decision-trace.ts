/** The steps of a decision as text, and the texts in place of steps that are missing. */
import type { ComparisonRecord, ExplainedStepRecord } from '../../admin/decision-record.ts'
import { DENY_ROWS, type DenyReason } from '../../decision/reasons.ts'
import { toComparison, toStepRecord } from '../explained-step.ts'
import { redact } from '../redact.ts'
import type { Rerun } from './rerun-steps.ts'

/** What is kept besides the facts. */
export interface DecisionTrace {
  readonly why: string | null
  readonly fix: string | null
  readonly cause: string | null
  readonly compare?: ComparisonRecord
  readonly config: string | null
  readonly steps: readonly ExplainedStepRecord[]
  readonly stepsMissing?: string
}

/** Longest trace, in characters; one of the longest that were seen, with eight routes passed over, had 9,000. */
const MAX_TRACE_LENGTH = 16_384
/** Of each text, if a trace is longer. */
const MAX_TEXT_LENGTH = 128

/** @param decided The reason of the decision itself. @param config Digest of the configuration that decided. */
export function toTrace({ steps, reason }: Rerun, decided: string, config: string | null): DecisionTrace {
  const failed = steps.find(({ result }) => result === 'fail')
  // The advice is about the reason of the decision; another one's would mislead.
  const cause = reason === decided ? failed?.likelyCause : undefined
  const trace = {
    ...adviceOn(decided, cause),
    cause: cause?.name ?? null,
    ...toComparison(cause?.compare),
    config,
    steps: steps.map((step) => toStepRecord(step)),
  }
  return reason === decided ? trace : { ...trace, stepsMissing: disagreement(decided, reason) }
}

/** @param why One of {@link NO_STEPS}. */
export const withoutSteps = (decided: string, why: string): DecisionTrace => ({
  ...adviceOn(decided, undefined),
  cause: null,
  config: null,
  steps: [],
  stepsMissing: why,
})

/** As JSON, which refers to no other text. */
export function traceText(trace: DecisionTrace): string {
  const text = JSON.stringify(trace)
  if (text.length <= MAX_TRACE_LENGTH) return text
  const steps = trace.steps.map((step) => ({
    ...step,
    facts: redact(step.facts, MAX_TEXT_LENGTH),
    notes: step.notes.slice(0, 1).map((note) => redact(note, MAX_TEXT_LENGTH)),
  }))
  return JSON.stringify({ ...trace, steps })
}

const INSTEAD =
  "the log line has the facts; for every step, run `warder explain --request 'METHOD URL'` with the token"

/** Why a decision has no steps. */
export const NO_STEPS = {
  limited: `steps are kept of so many decisions a second, and there were more; ${INSTEAD}`,
  failed: `the steps could not be run again, which is a bug in Warder: please report it; ${INSTEAD}`,
} as const

const disagreement = (decided: string, found: Rerun['reason']): string =>
  `these steps ran right after the decision, and ended with ${found} instead of ${decided}: what they read, such as keys, changed in between`

interface Advice {
  readonly why: string | null
  readonly fix: string | null
}

function adviceOn(reason: string, cause: Partial<Advice> | undefined): Advice {
  const row = Object.hasOwn(DENY_ROWS, reason) ? DENY_ROWS[reason as DenyReason] : undefined
  const why = cause?.why ?? row?.message
  const fix = cause?.fix ?? row?.hint
  return { why: why === undefined ? null : redact(why), fix: fix === undefined ? null : redact(fix) }
}
