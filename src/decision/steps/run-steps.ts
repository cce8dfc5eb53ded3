/** Runs the steps of a decision one after the other, without those that a remembered token does not need again. */
import { digestOf, type VerifiedToken } from '../../jwt/verified-cache.ts'
import { internalError, type Denial } from '../denial.ts'
import type { Trial } from '../trial.ts'
import { recallDenial, rememberDenial } from './recall-denial.ts'
import { ROUTE_STEP, TOKEN_STEP } from './route-and-token.ts'
import { NOT_REACHED, PASSED, type Recorder, type Settled, type Step } from './step.ts'

/** The lists of {@link DecisionSteps}, as they are run. */
export interface CompiledSteps {
  readonly verification: readonly Step[]
  readonly everyTime: readonly Step[]
}

/** Undefined allows. */
type Verdict = Denial | undefined

/**
 * Runs the steps over a trial. With a recorder, every step that can run does, and the cache is not used.
 */
export function runSteps(
  trial: Trial,
  steps: CompiledSteps,
  recorder: Recorder | undefined,
): Verdict | Promise<Verdict> {
  const refusal = runFirst(trial, ROUTE_STEP, recorder)
  const access = trial.route?.access.kind
  if (access === 'public' || access === 'preflight') return undefined
  if (refusal !== undefined && recorder === undefined) return refusal
  const miss = runFirst(trial, TOKEN_STEP, recorder)
  if (trial.isAnonymous && refusal === undefined) return undefined
  const earlier = refusal ?? miss
  if (recorder !== undefined) return verify(trial, steps, recorder, earlier)
  return earlier ?? recallOrVerify(trial, steps)
}

/** A step before the cache: it never waits. */
function runFirst(trial: Trial, { name, run }: Step<Settled>, recorder: Recorder | undefined): Verdict {
  const outcome = run(trial)
  recorder?.record(name, outcome, trial)
  if (outcome === PASSED) return undefined
  return outcome === NOT_REACHED ? internalError(name) : outcome
}

/** A token that was verified or denied before skips the verification and nothing else. */
function recallOrVerify(trial: Trial, steps: CompiledSteps): Verdict | Promise<Verdict> {
  const { cache, lookUps } = trial.guard
  const { policy, extracted } = trial
  if (cache === undefined || policy === undefined || extracted === undefined)
    return verify(trial, steps, undefined, undefined)
  const digest = digestOf(extracted.token)
  const recalled = cache.get(digest, policy.id, trial.nowSeconds)
  if (recalled === undefined) {
    const denial = recallDenial(trial, digest)
    lookUps[denial === undefined ? 'misses' : 'hits'] += 1
    return denial ?? verify(trial, steps, undefined, undefined, digest)
  }
  lookUps.hits += 1
  trial.issuer = recalled.issuer
  trial.verified = recalled
  trial.isCacheHit = true
  return askEveryTime(trial, steps, undefined, undefined)
}

/** @param digest Of the token, under which it is remembered; undefined: it is not. */
function verify(
  trial: Trial,
  steps: CompiledSteps,
  recorder: Recorder | undefined,
  earlier: Verdict,
  digest?: string,
): Verdict | Promise<Verdict> {
  const verdict = runList(trial, steps.verification, 0, recorder, earlier)
  return verdict instanceof Promise
    ? verdict.then((settled) => afterVerification(trial, steps, recorder, settled, digest))
    : afterVerification(trial, steps, recorder, verdict, digest)
}

function afterVerification(
  trial: Trial,
  steps: CompiledSteps,
  recorder: Recorder | undefined,
  verdict: Verdict,
  digest: string | undefined,
): Verdict | Promise<Verdict> {
  if (verdict === undefined) {
    trial.verified = toVerified(trial)
    if (trial.verified === undefined) return internalError('verification')
    if (digest !== undefined && trial.policy !== undefined)
      trial.guard.cache?.put(digest, trial.policy.id, trial.verified)
  } else {
    // Without a key, the claims are what anybody may have written.
    if (trial.key !== undefined) trial.subject = subjectOf(trial)
    if (digest !== undefined) rememberDenial(trial, verdict, digest)
    if (recorder === undefined) return verdict
  }
  return askEveryTime(trial, steps, recorder, verdict)
}

const subjectOf = ({ guard, jws }: Trial): string | undefined =>
  jws === undefined ? undefined : guard.subjects?.pack(jws.claims)

function toVerified(trial: Trial): VerifiedToken | undefined {
  const { issuer, key, identity, window } = trial
  if (issuer === undefined || key === undefined || identity === undefined || window === undefined)
    return undefined
  const subject = trial.guard.subjects?.ofAllows === true ? subjectOf(trial) : undefined
  return { issuer, key, identity, notBefore: window.notBefore, notAfter: window.notAfter, subject }
}

function askEveryTime(
  trial: Trial,
  { everyTime }: CompiledSteps,
  recorder: Recorder | undefined,
  earlier: Verdict,
): Verdict | Promise<Verdict> {
  return everyTime.length === 0 ? earlier : runList(trial, everyTime, 0, recorder, earlier)
}

/**
 * Runs steps from `from` on. The first denial counts, and ends the run unless there is a recorder. After a step that
 * waits, the rest run when its outcome is known.
 */
function runList(
  trial: Trial,
  steps: readonly Step[],
  from: number,
  recorder: Recorder | undefined,
  earlier: Verdict,
): Verdict | Promise<Verdict> {
  let first = earlier
  for (let index = from; index < steps.length; index++) {
    const step = steps[index] as Step
    const outcome = step.run(trial)
    if (outcome instanceof Promise) return runRest(outcome, trial, steps, index, recorder, first)
    first = settle(trial, step, outcome, recorder, first)
    if (first !== undefined && recorder === undefined) return first
  }
  return first
}

/** After the wait of the step at `index`. */
const runRest = (
  outcome: Promise<Settled>,
  trial: Trial,
  steps: readonly Step[],
  index: number,
  recorder: Recorder | undefined,
  earlier: Verdict,
): Promise<Verdict> =>
  outcome.then((settled) => {
    const first = settle(trial, steps[index] as Step, settled, recorder, earlier)
    return first !== undefined && recorder === undefined
      ? first
      : runList(trial, steps, index + 1, recorder, first)
  })

function settle(
  trial: Trial,
  { name }: Step,
  outcome: Settled,
  recorder: Recorder | undefined,
  earlier: Verdict,
): Verdict {
  recorder?.record(name, outcome, trial)
  if (earlier !== undefined || outcome === PASSED) return earlier
  // Without an earlier denial every step can run; if it cannot, that is a bug in a step, and the request is denied.
  return outcome === NOT_REACHED ? internalError(name) : outcome
}
