/** Allow or deny. The service, `explain` and the library all call this one. */
import { cacheKeyOf, type VerifiedToken } from '../jwt/verified-cache.ts'
import type { Policy } from '../policy/compile-policy.ts'
import type { AuthzRequest } from '../request/authz-request.ts'
import { challengeFor } from './challenge.ts'
import type { Allow, Decision, Deny } from './decision.ts'
import type { FoundRoute } from './find-route.ts'
import type { Guard } from './guard.ts'
import { DENY_ROWS } from './reasons.ts'
import type { Recorder } from './recorder.ts'
import { ROUTE_STEP, TOKEN_STEP, VERIFICATION_STEPS, type Step } from './steps.ts'
import { NOT_REACHED, PASSED, createTrial, denial, type Denial, type Trial } from './trial.ts'

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
 * It answers at once, unless a key fetch that may change the answer is under way; then it waits for it once,
 * within the key source's bound. With a recorder, every step runs that can, the cache is not asked, and the
 * decision is the same.
 */
export function createDecide(guard: Guard, deps: DecideDeps): Decide {
  return ({ request, policy, found }, recorder) => {
    const trial = createTrial(guard, request, readClock(deps.nowMs), policy, found)
    const finish = (outcome: Denial | undefined): Decision => {
      const id = makeId(deps.newId)
      return outcome === undefined ? allow(trial, id) : deny(trial, outcome, id)
    }
    try {
      const outcome = judge(trial, recorder)
      return outcome instanceof Promise
        ? outcome.then(finish, (fault: unknown) => finish(faultOf(fault)))
        : finish(outcome)
    } catch (fault) {
      return finish(faultOf(fault))
    }
  }
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

type Verdict = Denial | undefined

function judge(trial: Trial, recorder: Recorder | undefined): Verdict | Promise<Verdict> {
  const refusal = runStep(trial, ROUTE_STEP, recorder)
  if (trial.route?.access.kind === 'public') return undefined
  if (refusal !== undefined && recorder === undefined) return refusal
  const miss = runStep(trial, TOKEN_STEP, recorder)
  if (trial.isAnonymous && refusal === undefined) return undefined
  const first = refusal ?? miss
  if (recorder !== undefined) return verify(trial, recorder, first)
  if (first !== undefined) return first
  return verifyOrRecall(trial)
}

/** A step that never waits. */
function runStep(trial: Trial, step: Step, recorder: Recorder | undefined): Verdict {
  const outcome = step.run(trial, false)
  recorder?.record(step.name, outcome, trial)
  if (outcome === PASSED) return undefined
  return outcome === NOT_REACHED || outcome instanceof Promise ? denial('internal_error', step.name) : outcome
}

function verifyOrRecall(trial: Trial): Verdict | Promise<Verdict> {
  const { cache } = trial.guard
  const { policy, extracted } = trial
  if (cache === undefined || policy === undefined || extracted === undefined)
    return verify(trial, undefined, undefined)
  const cacheKey = cacheKeyOf(extracted.token, policy.id)
  const recalled = cache.get(cacheKey, trial.nowSeconds)
  if (recalled !== undefined) {
    trial.issuer = recalled.issuer
    trial.identity = recalled.identity
    trial.window = recalled
    return undefined
  }
  const keep = (verdict: Verdict): Verdict => {
    const verified = verdict === undefined ? toVerified(trial) : undefined
    if (verified !== undefined) cache.put(cacheKey, verified)
    return verdict
  }
  const verdict = verify(trial, undefined, undefined)
  return verdict instanceof Promise ? verdict.then(keep) : keep(verdict)
}

function toVerified(trial: Trial): VerifiedToken | undefined {
  const { issuer, key, identity, window } = trial
  if (issuer === undefined || key === undefined || identity === undefined || window === undefined)
    return undefined
  return { issuer, key, identity, notBefore: window.notBefore, notAfter: window.notAfter }
}

/** Runs the verification steps from `from` on; the first denial counts, and ends it unless somebody records. */
function verify(
  trial: Trial,
  recorder: Recorder | undefined,
  earlier: Verdict,
  from = 0,
): Verdict | Promise<Verdict> {
  let first = earlier
  for (let index = from; index < VERIFICATION_STEPS.length; index++) {
    const step = VERIFICATION_STEPS[index] as Step
    const outcome = step.run(trial, true)
    if (outcome instanceof Promise) return outcome.then(() => resume(trial, recorder, first, index))
    first = settle(trial, step, outcome, recorder, first)
    if (first !== undefined && recorder === undefined) return first
  }
  return first
}

/** After the one wait: the same step once more, without another wait, then the rest. */
function resume(
  trial: Trial,
  recorder: Recorder | undefined,
  earlier: Verdict,
  index: number,
): Verdict | Promise<Verdict> {
  const step = VERIFICATION_STEPS[index] as Step
  const outcome = step.run(trial, false)
  const settled = outcome instanceof Promise ? denial('internal_error', step.name) : outcome
  const first = settle(trial, step, settled, recorder, earlier)
  return first !== undefined && recorder === undefined ? first : verify(trial, recorder, first, index + 1)
}

function settle(
  trial: Trial,
  step: Step,
  outcome: typeof PASSED | typeof NOT_REACHED | Denial,
  recorder: Recorder | undefined,
  earlier: Verdict,
): Verdict {
  recorder?.record(step.name, outcome, trial)
  if (earlier !== undefined || outcome === PASSED) return earlier
  // Without an earlier denial every step has what it needs; if not, a step is wrong, and the door stays shut.
  return outcome === NOT_REACHED ? denial('internal_error', step.name) : outcome
}

const faultOf = (fault: unknown): Denial =>
  denial('internal_error', fault instanceof Error ? fault.name : 'unknown')

function allow(trial: Trial, id: string): Allow | Deny {
  const { guard, route } = trial
  const isPublic = route?.access.kind === 'public'
  const isUnknown = isPublic || trial.isAnonymous
  const identity = isUnknown ? guard.blankIdentity : trial.identity
  if (identity === undefined) return deny(trial, denial('internal_error', 'identity'), id)
  return {
    outcome: 'allow',
    reason: isPublic ? 'public' : isUnknown ? 'anonymous' : 'ok',
    id,
    route: route?.name,
    policy: trial.policy?.name,
    issuer: trial.issuer?.settings.name,
    identity,
    notAfter: isPublic ? undefined : trial.window?.notAfter,
  }
}

function deny(trial: Trial, outcome: Denial, id: string): Deny {
  const { route, policy, issuer, guard } = trial
  const names = { route: route?.name, policy: policy?.name, issuer: issuer?.settings.name }
  return { ...denyBase(outcome, guard.realm), id, ...names }
}

function denyBase(outcome: Denial, realm: string): Omit<Deny, 'id' | 'route' | 'policy' | 'issuer'> {
  const { reason, detail, retryAfterSeconds } = outcome
  return {
    outcome: 'deny',
    reason,
    status: DENY_ROWS[reason].status,
    challenge: challengeFor(reason, realm, outcome.scopes ?? []),
    retryAfterSeconds,
    detail,
  }
}
