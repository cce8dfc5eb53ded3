/** Allow or deny. The service, `explain` and the library all call this one. */
import type { Policy } from '../policy/compile-policy.ts'
import type { AuthzRequest } from '../request/authz-request.ts'
import { challengeFor } from './challenge.ts'
import type { Allow, Decision, Deny } from './decision.ts'
import { faultDenial, internalError, type Denial } from './denial.ts'
import type { FoundRoute } from './find-route.ts'
import type { Guard } from './guard.ts'
import { DENY_ROWS } from './reasons.ts'
import { DECISION_STEPS, type DecisionSteps } from './steps/decision-steps.ts'
import { runSteps, type CompiledSteps } from './steps/run-steps.ts'
import { overVerified, type Recorder } from './steps/step.ts'
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
  /** The policy that judges, if the caller's configuration names it; undefined: the routes decide which. */
  readonly policy: Policy | undefined
  /** The route of this request, if the caller has found it in the routes of the same guard; absent: it is found here. */
  readonly found?: FoundRoute
  /**
   * Set to run the steps of an earlier decision again, for its trace: the time of that decision, in epoch seconds. Then
   * nothing is waited for, no key is looked for, and none is noted as used.
   */
  readonly rerunAtSeconds?: number
}

export type Decide = (question: Question, recorder?: Recorder) => Decision | Promise<Decision>

/**
 * Makes the decision function of a guard. It never throws: a fault inside is a denial, `internal_error`.
 *
 * It returns a decision at once, unless a step has to wait, for example for a key fetch that may change the outcome;
 * each wait is bounded by its step. With a recorder, every step that can run does, the cache is not used, and the
 * decision is the same.
 *
 * @param steps Default: the steps of every decision.
 */
export function createDecide(guard: Guard, deps: DecideDeps, steps: DecisionSteps = DECISION_STEPS): Decide {
  const compiled: CompiledSteps = { ...steps, everyTime: steps.everyTime.map(overVerified) }
  return ({ request, policy, found, rerunAtSeconds }, recorder) => {
    const nowSeconds = rerunAtSeconds ?? readClock(deps.nowMs)
    const trial = createTrial(guard, request, nowSeconds, policy, found)
    trial.isRerun = rerunAtSeconds !== undefined
    try {
      const verdict = runSteps(trial, compiled, recorder)
      return verdict instanceof Promise ? finishLater(verdict, trial, deps) : finish(verdict, trial, deps)
    } catch (fault) {
      return finish(faultDenial(fault), trial, deps)
    }
  }
}

/** A function of its own, so that a decision without a wait creates no closures. */
const finishLater = (
  verdict: Promise<Denial | undefined>,
  trial: Trial,
  deps: DecideDeps,
): Promise<Decision> =>
  verdict.then(
    (settled) => finish(settled, trial, deps),
    (fault: unknown) => finish(faultDenial(fault), trial, deps),
  )

function finish(verdict: Denial | undefined, trial: Trial, { newId }: DecideDeps): Decision {
  const id = makeId(newId)
  return verdict === undefined ? allow(trial, id) : deny(trial, verdict, id)
}

/** Epoch seconds; NaN if the clock throws: then no token is valid. */
function readClock(nowMs: DecideDeps['nowMs']): number {
  try {
    return nowMs() / 1000
  } catch {
    return Number.NaN
  }
}

/** The id of a decision if none can be made; a decision without its own id is better than no decision. */
const NO_ID = '0'.repeat(26)

function makeId(newId: DecideDeps['newId']): string {
  try {
    return newId()
  } catch {
    return NO_ID
  }
}

/** The decision on a request that a caller could not read. */
export const denyUnread = (guard: Guard, outcome: Denial, id: string): Deny =>
  toDeny(guard, outcome, id, NO_PARTS)

function allow(trial: Trial, id: string): Allow | Deny {
  const { guard, route } = trial
  const access = route?.access.kind
  const open = access === 'public' || access === 'preflight' ? access : undefined
  const isUnknown = open !== undefined || trial.isAnonymous
  const identity = isUnknown ? guard.blankIdentity : trial.verified?.identity
  if (identity === undefined) return deny(trial, internalError('identity'), id)
  return {
    outcome: 'allow',
    reason: open ?? (isUnknown ? 'anonymous' : 'ok'),
    id,
    route: route?.name,
    policy: trial.policy?.name,
    issuer: trial.issuer?.settings.name,
    isCacheHit: trial.isCacheHit,
    atSeconds: trial.nowSeconds,
    subject: trial.verified?.subject,
    identity,
    notAfter: open !== undefined ? undefined : trial.verified?.notAfter,
  }
}

const deny = (trial: Trial, outcome: Denial, id: string): Deny => {
  const { guard, route, policy, issuer, isCacheHit, subject } = trial
  return toDeny(guard, outcome, id, {
    route: route?.name,
    policy: policy?.name,
    issuer: issuer?.settings.name,
    isCacheHit,
    atSeconds: trial.nowSeconds,
    subject,
  })
}

/** What took part in a denial. */
type Parts = Pick<Deny, 'route' | 'policy' | 'issuer' | 'isCacheHit' | 'atSeconds' | 'subject'>

const NO_PARTS: Parts = { route: undefined, policy: undefined, issuer: undefined }

function toDeny({ realm, challenges }: Guard, denial: Denial, id: string, parts: Parts): Deny {
  const { reason } = denial
  // Field by field: a spread is a loop over names, and took a tenth of a denial's time in a loop.
  return {
    outcome: 'deny',
    reason,
    status: DENY_ROWS[reason].status,
    challenge:
      reason === 'scope_missing' ? challengeFor(reason, realm, denial.scopes) : challenges.get(reason),
    retryAfterSeconds: 'retryAfterSeconds' in denial ? denial.retryAfterSeconds : undefined,
    denial,
    id,
    route: parts.route,
    policy: parts.policy,
    issuer: parts.issuer,
    isCacheHit: parts.isCacheHit,
    atSeconds: parts.atSeconds,
    subject: parts.subject,
  }
}
