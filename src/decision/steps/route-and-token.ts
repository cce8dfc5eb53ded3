/** Which policy judges which token: both must be known before a remembered token can be looked up. */
import { whyMethodRefused } from '../../request/method.ts'
import { extractToken, hasNoTokenHeader } from '../../token/extract-token.ts'
import { findRoute } from '../find-route.ts'
import { methodRefused } from '../other-route.ts'
import type { Trial } from '../trial.ts'
import { NOT_REACHED, PASSED, type Settled, type Step } from './step.ts'

/** Finds route and policy. */
function routeStep(trial: Trial): Settled {
  const { guard, request } = trial
  if (trial.policy !== undefined || guard.routes === undefined) {
    const fault = whyMethodRefused(request.method)
    if (fault !== undefined) return methodRefused(fault)
    trial.policy ??= guard.anyValidToken
    return PASSED
  }
  const found = (trial.found ??= findRoute(guard.routes, request))
  if (!found.ok) return found.error.denial
  const route = found.value
  if (route === undefined) return { reason: 'no_route' }
  trial.route = route
  if (route.access.kind === 'deny') return { reason: 'route_denied' }
  if (route.access.kind === 'forward_auth') return { reason: 'auth_service_not_asked' }
  if (route.access.kind === 'basic_auth' || route.access.kind === 'all_of')
    return { reason: 'judges_not_asked' }
  if (route.access.kind === 'policy') trial.policy = route.access.policy
  return PASSED
}

function tokenStep(trial: Trial): Settled {
  const { policy, guard } = trial
  if (policy === undefined) return NOT_REACHED
  const extracted = extractToken(trial.request, policy.tokenSources, guard.maxTokenBytes)
  if (!extracted.ok) {
    // Another scheme, two tokens, a malformed or an empty token are denied on these routes, too.
    trial.isAnonymous =
      trial.route?.settings.allowAnonymous === true &&
      extracted.error === 'token_missing' &&
      hasNoTokenHeader(trial.request, policy.tokenSources)
    return trial.isAnonymous ? PASSED : { reason: extracted.error }
  }
  trial.extracted = extracted.value
  return PASSED
}

/** Which policy judges. */
export const ROUTE_STEP: Step<Settled> = { name: 'route', run: routeStep }
/** Which token is judged. */
export const TOKEN_STEP: Step<Settled> = { name: 'token', run: tokenStep }
