/** What explain sees of a decision: every step with its outcome, as it happens. */
import type { StepName } from './steps.ts'
import type { Denial, NOT_REACHED, PASSED, Trial } from './trial.ts'

export type RecordedOutcome = typeof PASSED | typeof NOT_REACHED | Denial

export interface Recorder {
  /** Called after each step, in order. The trial is the living one: read it at once, or not at all. */
  record(step: StepName, outcome: RecordedOutcome | Promise<void>, trial: Trial): void
}
