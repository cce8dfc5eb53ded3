/** What a step of a decision is, and its possible outcomes. */
import type { VerifiedToken } from '../../jwt/verified-cache.ts'
import type { Denial } from '../denial.ts'
import type { Trial } from '../trial.ts'

export type StepName =
  | 'route'
  | 'token'
  | 'header'
  | 'issuer'
  | 'algorithm'
  | 'key'
  | 'signature'
  | 'time'
  | 'audience'
  | 'claims'
  | 'rules'
  | 'scope'
  | 'identity'

/** Shared outcomes, so that the common ones allocate nothing. */
export const PASSED = 'passed'
/** An earlier step has denied, and did not find out what this one needs. */
export const NOT_REACHED = 'not_reached'

/** How a step ends. */
export type Settled = typeof PASSED | typeof NOT_REACHED | Denial

/**
 * A step that has to wait returns a promise of its outcome: it runs once, and continues by itself after the wait. It
 * bounds its own wait, because a decision has no time limit.
 */
export type StepOutcome = Settled | Promise<Settled>

/** Reads the findings of earlier steps, and adds its own. */
export interface Step<Outcome extends StepOutcome = StepOutcome> {
  readonly name: StepName
  readonly run: (trial: Trial) => Outcome
}

/** What a step for every request may read: the same for a token that was just verified and a remembered one. */
export type VerifiedRequest = Pick<Trial, 'guard' | 'request' | 'nowSeconds' | 'route' | 'policy'>

/**
 * A step that runs for every request with a good token. A remembered token has no decoded parts, so everything that
 * the step needs of a token must be in the result of verification.
 */
export interface EveryTimeStep {
  readonly name: StepName
  readonly run: (verified: VerifiedToken, request: VerifiedRequest) => StepOutcome
}

/** As a step over a trial: not reached without a good token. */
export const overVerified = ({ name, run }: EveryTimeStep): Step => ({
  name,
  run: (trial) => (trial.verified === undefined ? NOT_REACHED : run(trial.verified, trial)),
})

/** Receives every step of a decision with its outcome, as it happens. */
export interface Recorder {
  /** Called after each step, in order. The trial changes with the next step: read it at once. */
  record(step: StepName, outcome: Settled, trial: Trial): void
}
