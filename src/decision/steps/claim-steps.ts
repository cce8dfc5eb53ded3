/** The claims of a genuine token: times, audience, and the requirements of the issuer and the policy. */
import { isPresent } from '../../claims/claim-operators.ts'
import type { CompiledClaimRule } from '../../claims/compile-claim-rule.ts'
import type { Claims } from '../../syntax/claim-path.ts'
import { missingScopes, readScopes, unreadableScopes } from '../../claims/scope.ts'
import { checkAudience } from '../../jwt/check-audience.ts'
import { checkTimes } from '../../jwt/check-times.ts'
import { checkTenantClaim, TENANT_OF_ISS } from '../../jwt/tenant-template.ts'
import { missOf, shortened, type Denial } from '../denial.ts'
import type { Trial } from '../trial.ts'
import { NOT_REACHED, PASSED, type Settled, type Step } from './step.ts'

function timeStep(trial: Trial): Settled {
  const { issuer, jws } = trial
  if (issuer === undefined || jws === undefined) return NOT_REACHED
  const window = checkTimes(jws.claims, issuer.settings, trial.nowSeconds)
  if (!window.ok) {
    const { error } = window
    if (error.reason !== 'claim_missing' && error.reason !== 'claim_invalid') return error
    return { reason: error.reason, ...missOf(jws.claims, error.claim, error.expected) }
  }
  trial.window = window.value
  return PASSED
}

function audienceStep(trial: Trial): Settled {
  const { issuer, jws } = trial
  if (issuer === undefined || jws === undefined) return NOT_REACHED
  const { audienceClaim } = issuer.settings
  const audience = checkAudience(jws.claims, issuer.audience, audienceClaim)
  if (audience.ok) return PASSED
  const accepted = [...(issuer.audience ?? [])]
  const expected =
    audience.error === 'claim_invalid'
      ? 'is a text or a list of texts'
      : `has one of ${JSON.stringify(accepted)}`
  const miss = missOf(jws.claims, audienceClaim ?? 'aud', expected, accepted)
  if (audience.error !== 'audience_mismatch' || audienceClaim !== undefined)
    return { reason: audience.error, ...miss }
  return { reason: audience.error, ...miss, audiences: audiencesOf(jws.claims) }
}

/** Of audiences that are shown. */
const MAX_AUDIENCES = 4

/** The signature is good, so they are the issuer's, and name applications. */
const audiencesOf = (claims: Claims): readonly string[] =>
  [claims['aud']]
    .flat()
    .slice(0, MAX_AUDIENCES)
    .map((audience) => shortened(String(audience)))

/** The claims that every token of the issuer must have, and the types that RFC 7519 §4.1 gives them. */
function claimsStep(trial: Trial): Settled {
  const { issuer, jws } = trial
  if (issuer === undefined || jws === undefined) return NOT_REACHED
  const { claims } = jws
  for (const name of ['sub', 'jti'] as const) {
    if (Object.hasOwn(claims, name) && typeof claims[name] !== 'string') {
      return { reason: 'claim_invalid', ...missOf(claims, name, 'is a text') }
    }
  }
  for (const name of issuer.settings.require) {
    if (!Object.hasOwn(claims, name) || !isPresent(claims[name]))
      return { reason: 'claim_missing', ...missOf(claims, name, 'is required') }
  }
  const tenant = issuer.template === undefined ? undefined : checkTenantClaim(issuer.template, claims)
  if (tenant?.ok === false) {
    const { reason, claim, tenant: wanted = [] } = tenant.error
    return { reason, ...missOf(claims, claim, TENANT_OF_ISS, [wanted].flat()) }
  }
  const broken = issuer.claims.find((rule) => !rule.holds(claims))
  if (broken !== undefined)
    return ruleDenial(broken.isClaimPresent(claims) ? 'claim_invalid' : 'claim_missing', broken, claims)
  // A bound token without its proof may be a stolen one (RFC 9449 §7.2, RFC 8705 §3).
  const isBound = Object.hasOwn(claims, 'cnf') && !issuer.settings.allowSenderConstrained
  return isBound ? { reason: 'sender_constraint_failed' } : PASSED
}

const ruleDenial = (
  reason: 'claim_missing' | 'claim_invalid' | 'claim_rule_failed',
  { claim, expected, found }: CompiledClaimRule,
  claims: Claims,
): Denial => ({ reason, claim, expected, found: found(claims) })

function rulesStep(trial: Trial): Settled {
  const { policy, jws } = trial
  if (policy === undefined || jws === undefined) return NOT_REACHED
  const broken = policy.claims.find((rule) => !rule.holds(jws.claims))
  return broken === undefined ? PASSED : ruleDenial('claim_rule_failed', broken, jws.claims)
}

function scopeStep(trial: Trial): Settled {
  const { policy, jws } = trial
  if (policy === undefined || jws === undefined) return NOT_REACHED
  const { all, any } = policy.scope
  if (all.length === 0 && any.length === 0) return PASSED
  const names = trial.issuer?.settings.scopeClaims
  const unreadable = unreadableScopes(jws.claims, names)
  if (unreadable !== undefined)
    return { reason: 'claim_invalid', ...missOf(jws.claims, unreadable, 'is a text or a list of texts') }
  const missing = missingScopes(readScopes(jws.claims, names), policy.scope)
  if (missing.length === 0) return PASSED
  return { reason: 'scope_missing', missing, scopes: [...all, ...any] }
}

function identityStep(trial: Trial): Settled {
  const { policy, jws } = trial
  if (policy === undefined || jws === undefined) return NOT_REACHED
  const identity = policy.readIdentity(jws)
  if (!identity.ok) return { reason: 'identity_unfit', ...identity.error }
  trial.identity = identity.value
  return PASSED
}

/** Times, audience, claims of the issuer, rules and scopes of the policy, and the identity headers at the end. */
export const CLAIM_STEPS: readonly Step[] = [
  { name: 'time', run: timeStep },
  { name: 'audience', run: audienceStep },
  { name: 'claims', run: claimsStep },
  { name: 'rules', run: rulesStep },
  { name: 'scope', run: scopeStep },
  { name: 'identity', run: identityStep },
]
