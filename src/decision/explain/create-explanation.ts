/** Why a decision came out as it did: the steps of the real one, written down. */
import type { ClaimMiss } from '../denial.ts'
import { describeDenial } from './describe-denial.ts'
import { describeStep } from './describe-step.ts'
import type { LikelyCause } from './causes/likely-cause.ts'
import { findLikelyCause } from './likely-causes.ts'
import { DENY_ROWS, type DenyReason } from '../reasons.ts'
import { NOT_REACHED, PASSED, type Recorder, type StepName } from '../steps/step.ts'

export interface ExplainedStep {
  /** `judge`: one that only the gateway asks. */
  readonly step: StepName | 'judge'
  /** `would_fail`: another step had failed before, so it did not decide. */
  readonly result: 'pass' | 'fail' | 'would_fail' | 'not_reached'
  readonly reason: DenyReason | undefined
  readonly detail: string | undefined
  /** The claim that is not as it must be, when it is about one. */
  readonly miss: ClaimMiss | undefined
  /** What was compared, for people; claims before a good signature are marked as unverified. */
  readonly facts: string
  /** What is worth a line of its own below the facts, such as the routes that were passed over. */
  readonly notes: readonly string[]
  /** The setting it was compared with, as a path into the settings: `routes/3`, `issuers/0/audience`. */
  readonly setting: string | undefined
  /** What to do about the reason, whatever the token. */
  readonly hint: string | undefined
  /** What it probably is about with this very token; undefined when there is no more to say. */
  readonly likelyCause: LikelyCause | undefined
}

/** A recorder and what it has written so far. */
export interface Explanation {
  readonly recorder: Recorder
  readonly steps: readonly ExplainedStep[]
}

export function createExplanation(): Explanation {
  const steps: ExplainedStep[] = []
  let failed = false
  return {
    steps,
    recorder: {
      record(step, outcome, trial) {
        const { facts, setting, notes = [] } = describeStep(step, trial)
        if (outcome === PASSED) {
          steps.push({ step, result: 'pass', facts, notes, setting, ...NO_DENIAL })
        } else if (outcome === NOT_REACHED) {
          steps.push({ step, result: 'not_reached', facts: '', notes: [], setting, ...NO_DENIAL })
        } else {
          const { reason } = outcome
          const detail = describeDenial(outcome)
          const miss = 'claim' in outcome ? missIn(outcome) : undefined
          const { hint } = DENY_ROWS[reason]
          const result = failed ? 'would_fail' : 'fail'
          const likelyCause = findLikelyCause(reason, trial)
          steps.push({ step, result, facts, notes, setting, reason, detail, miss, hint, likelyCause })
          failed = true
        }
      },
    },
  }
}

const missIn = ({ claim, expected, found }: ClaimMiss): ClaimMiss => ({ claim, expected, found })

const NO_DENIAL = {
  reason: undefined,
  detail: undefined,
  miss: undefined,
  hint: undefined,
  likelyCause: undefined,
}
