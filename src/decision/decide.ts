/** Allow or deny. The service, `explain` and the library all call this one. */
import { cacheKeyOf, type VerifiedToken } from '../jwt/verified-cache.ts'
import type { Policy } from '../policy/compile-policy.ts'
import type { AuthzRequest } from '../request/authz-request.ts'
import { challengeFor } from './challenge.ts'
import type { Allow, Decision, Deny } from './decision.ts'
import { faultDenial, type Denial } from './denial.ts'
import type { FoundRoute } from './find-route.ts'
import type { Guard } from './guard.ts'
import { DENY_ROWS } from './reasons.ts'
import { DECISION_STEPS, type DecisionSteps } from './steps/decision-steps.ts'
import { ROUTE_STEP, TOKEN_STEP } from './steps/route-and-token.ts'
import { NOT_REACHED, PASSED, overVerified, type Recorder, type Settled, type Step } from './steps/step.ts'
import { createTrial, type Trial } from './trial.ts'

/** What a decision needs from outside the core. */
export interface DecideDeps {
  /** Epoch milliseconds. */
  readonly nowMs: () => number
  /** A new ULID. */
  readonly newId: () => string
}

export interface Question {
  readonly request: AuthzRequest
  /** The policy that judges, where the caller's configuration names it; undefined asks the routes. */
  readonly policy: Policy | undefined
  /** The route of this very request, if the caller has found it in the routes of the same guard; absent: it is found here. */
  readonly found?: FoundRoute
}

export type Decide = (question: Question, recorder?: Recorder) => Decision | Promise<Decision>

/**
 * Makes the decision function of a guard. It never throws: a fault inside is a denial, `internal_error`.
 *
 * It answers at once, unless a step has to wait, as for a key fetch that may change the answer; each wait is bounded
 * by its step. With a recorder, every step runs that can, the cache is not asked, and the decision is the same.
 *
 * @param steps Default: the steps of every decision.
 */
export function createDecide(guard: Guard, deps: DecideDeps, steps: DecisionSteps = DECISION_STEPS): Decide {
  const compiled: CompiledSteps = { ...steps, everyTime: steps.everyTime.map(overVerified) }
  return ({ request, policy, found }, recorder) => {
    const trial = createTrial(guard, request, readClock(deps.nowMs), policy, found)
    try {
      const verdict = judge(trial, compiled, recorder)
      return verdict instanceof Promise ? finishLater(verdict, trial, deps) : finish(verdict, trial, deps)
    } catch (fault) {
      return finish(faultDenial(fault), trial, deps)
    }
  }
}

/** Its closures are its own: a decision that waits for nothing makes none. */
const finishLater = (verdict: Promise<Verdict>, trial: Trial, deps: DecideDeps): Promise<Decision> =>
  verdict.then(
    (settled) => finish(settled, trial, deps),
    (fault: unknown) => finish(faultDenial(fault), trial, deps),
  )

function finish(verdict: Verdict, trial: Trial, { newId }: DecideDeps): Decision {
  const id = makeId(newId)
  return verdict === undefined ? allow(trial, id) : deny(trial, verdict, id)
}

/** Epoch seconds; NaN where the clock throws, and at no such time is any token valid. */
function readClock(nowMs: DecideDeps['nowMs']): number {
  try {
    return nowMs() / 1000
  } catch {
    return Number.NaN
  }
}

/** What a decision is called where ids cannot be made; a decision without an id is better than none. */
const NO_ID = '0'.repeat(26)

function makeId(newId: DecideDeps['newId']): string {
  try {
    return newId()
  } catch {
    return NO_ID
  }
}

/** The decision for a request that could not even be read; see the callers. */
export function denyUnread(guard: Guard, outcome: Denial, id: string): Deny {
  return { ...denyBase(outcome, guard.realm), id, route: undefined, policy: undefined, issuer: undefined }
}

interface CompiledSteps {
  readonly verification: readonly Step[]
  readonly everyTime: readonly Step[]
}

/** Undefined allows. */
type Verdict = Denial | undefined

function judge(
  trial: Trial,
  steps: CompiledSteps,
  recorder: Recorder | undefined,
): Verdict | Promise<Verdict> {
  const refusal = runFirst(trial, ROUTE_STEP, recorder)
  if (trial.route?.access.kind === 'public') return undefined
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

/** A cache hit skips the verification and nothing else. */
function recallOrVerify(trial: Trial, steps: CompiledSteps): Verdict | Promise<Verdict> {
  const { cache } = trial.guard
  const { policy, extracted } = trial
  if (cache === undefined || policy === undefined || extracted === undefined)
    return verify(trial, steps, undefined, undefined)
  const cacheKey = cacheKeyOf(extracted.token, policy.id)
  const recalled = cache.get(cacheKey, trial.nowSeconds)
  if (recalled === undefined) return verify(trial, steps, undefined, undefined, cacheKey)
  trial.issuer = recalled.issuer
  trial.verified = recalled
  trial.isCacheHit = true
  return askEveryTime(trial, steps, undefined, undefined)
}

/** @param cacheKey Under which the token is remembered; undefined: it is not. */
function verify(
  trial: Trial,
  steps: CompiledSteps,
  recorder: Recorder | undefined,
  earlier: Verdict,
  cacheKey?: string,
): Verdict | Promise<Verdict> {
  const verdict = runSteps(trial, steps.verification, 0, recorder, earlier)
  return verdict instanceof Promise
    ? verdict.then((settled) => afterVerification(trial, steps, recorder, settled, cacheKey))
    : afterVerification(trial, steps, recorder, verdict, cacheKey)
}

function afterVerification(
  trial: Trial,
  steps: CompiledSteps,
  recorder: Recorder | undefined,
  verdict: Verdict,
  cacheKey: string | undefined,
): Verdict | Promise<Verdict> {
  if (verdict === undefined) {
    trial.verified = toVerified(trial)
    if (trial.verified === undefined) return internalError('verification')
    if (cacheKey !== undefined) trial.guard.cache?.put(cacheKey, trial.verified)
  } else if (recorder === undefined) return verdict
  return askEveryTime(trial, steps, recorder, verdict)
}

function toVerified({ issuer, key, identity, window }: Trial): VerifiedToken | undefined {
  if (issuer === undefined || key === undefined || identity === undefined || window === undefined)
    return undefined
  return { issuer, key, identity, notBefore: window.notBefore, notAfter: window.notAfter }
}

function askEveryTime(
  trial: Trial,
  { everyTime }: CompiledSteps,
  recorder: Recorder | undefined,
  earlier: Verdict,
): Verdict | Promise<Verdict> {
  return everyTime.length === 0 ? earlier : runSteps(trial, everyTime, 0, recorder, earlier)
}

/**
 * Runs steps from `from` on; the first denial counts, and ends it unless somebody records. A step that waits goes on by
 * itself, and the rest follow when it has settled.
 */
function runSteps(
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
      : runSteps(trial, steps, index + 1, recorder, first)
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
  // Without an earlier denial every step has what it needs; if not, a step is wrong, and the request is denied.
  return outcome === NOT_REACHED ? internalError(name) : outcome
}

const internalError = (at: string): Denial => ({ reason: 'internal_error', at })

function allow(trial: Trial, id: string): Allow | Deny {
  const { guard, route } = trial
  const isPublic = route?.access.kind === 'public'
  const isUnknown = isPublic || trial.isAnonymous
  const identity = isUnknown ? guard.blankIdentity : trial.verified?.identity
  if (identity === undefined) return deny(trial, internalError('identity'), id)
  return {
    outcome: 'allow',
    reason: isPublic ? 'public' : isUnknown ? 'anonymous' : 'ok',
    id,
    route: route?.name,
    policy: trial.policy?.name,
    issuer: trial.issuer?.settings.name,
    isCacheHit: trial.isCacheHit,
    identity,
    notAfter: isPublic ? undefined : trial.verified?.notAfter,
  }
}

function deny(trial: Trial, outcome: Denial, id: string): Deny {
  const { route, policy, issuer, isCacheHit, guard } = trial
  const names = { route: route?.name, policy: policy?.name, issuer: issuer?.settings.name }
  return { ...denyBase(outcome, guard.realm), id, ...names, isCacheHit }
}

function denyBase(denial: Denial, realm: string): Omit<Deny, 'id' | 'route' | 'policy' | 'issuer'> {
  const { reason } = denial
  return {
    outcome: 'deny',
    reason,
    status: DENY_ROWS[reason].status,
    challenge: challengeFor(reason, realm, reason === 'scope_missing' ? denial.scopes : NO_SCOPES),
    retryAfterSeconds: 'retryAfterSeconds' in denial ? denial.retryAfterSeconds : undefined,
    denial,
  }
}

const NO_SCOPES: readonly string[] = []
