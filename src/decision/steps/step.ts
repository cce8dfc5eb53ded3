/** What a step of a decision is, and what it may answer. */
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
 * A step that has to wait answers with a promise of how it ends: it is run once, and goes on by itself when it has
 * what it waited for. Its wait has a bound of its own, because a decision has none.
 */
export type StepOutcome = Settled | Promise<Settled>

/** Reads what earlier steps have found out, and adds to it. */
export interface Step<Outcome extends StepOutcome = StepOutcome> {
  readonly name: StepName
  readonly run: (trial: Trial) => Outcome
}

/** What a step of every request may look at: the same whether the token was verified now or is remembered. */
export type VerifiedRequest = Pick<Trial, 'guard' | 'request' | 'nowSeconds' | 'route' | 'policy'>

/**
 * A step that is asked about every request with a good token. A remembered token has no decoded parts, so what the
 * step needs of a token has to be in what verification yields.
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

/** What explain sees of a decision: every step with its outcome, as it happens. */
export interface Recorder {
  /** Called after each step, in order. The trial is the living one: read it at once, or not at all. */
  record(step: StepName, outcome: Settled, trial: Trial): void
}
