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
      const verdict = runSteps(trial, compiled, recorder)
      return verdict instanceof Promise ? finishLater(verdict, trial, deps) : finish(verdict, trial, deps)
    } catch (fault) {
      return finish(faultDenial(fault), trial, deps)
    }
  }
}

/** Its closures are its own: a decision that waits for nothing makes none. */
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
