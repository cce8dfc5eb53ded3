/** The steps of a decision, each small enough to be read at once. They are all there is: explain records these very ones. */
import { isPresent } from '../claims/claim-operators.ts'
import type { Claims } from '../claims/claim-path.ts'
import { missingScopes, readScopes, unreadableScopes } from '../claims/scope.ts'
import { checkAudience } from '../jwt/check-audience.ts'
import { checkClaimValues, type ClaimValueMiss } from '../jwt/check-claim-values.ts'
import { checkTimes } from '../jwt/check-times.ts'
import { isAcceptedTyp } from '../jwt/check-typ.ts'
import { decodeJws, type DecodedJws } from '../jwt/decode-jws.ts'
import { findVerifyingKey } from '../jwt/find-verifying-key.ts'
import { pickIssuer } from '../jwt/issuer.ts'
import type { ClaimValueSettings } from '../jwt/issuer-settings.ts'
import { checkTenantClaim, isKeyOfTenant, type TenantTemplate } from '../jwt/tenant-template.ts'
import { isAlgorithm } from '../keys/algorithms.ts'
import { whyMethodRefused } from '../request/method.ts'
import { quote } from '../keys/quote.ts'
import type { VerificationKey } from '../keys/verification-key.ts'
import { extractToken, hasNoTokenHeader } from '../token/extract-token.ts'
import { claimDenial, missOf } from './claim-denial.ts'
import { findRoute } from './find-route.ts'
import { NOT_REACHED, PASSED, denial, type Denial, type StepOutcome, type Trial } from './trial.ts'

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

export interface Step {
  readonly name: StepName
  /** @param mayWait false when the step has waited once already. */
  readonly run: (trial: Trial, mayWait: boolean) => StepOutcome
}

/** Finds route and policy. */
function routeStep(trial: Trial): StepOutcome {
  const { guard, request } = trial
  if (trial.policy !== undefined || guard.routes === undefined) {
    const fault = whyMethodRefused(request.method)
    if (fault !== undefined) return denial('method_refused', fault)
    trial.policy ??= guard.anyValidToken
    return PASSED
  }
  const found = trial.found ?? findRoute(guard.routes, request)
  if (!found.ok) return found.error
  const route = found.value
  if (route === undefined) return denial('no_route')
  trial.route = route
  if (route.access.kind === 'deny') return denial('route_denied')
  if (route.access.kind === 'forward_auth') return denial('auth_service_not_asked')
  if (route.access.kind === 'basic_auth' || route.access.kind === 'all_of') return denial('judges_not_asked')
  if (route.access.kind === 'policy') trial.policy = route.access.policy
  return PASSED
}

function tokenStep(trial: Trial): StepOutcome {
  const { policy, guard } = trial
  if (policy === undefined) return NOT_REACHED
  const extracted = extractToken(trial.request, policy.tokenSources, guard.maxTokenBytes)
  if (!extracted.ok) {
    // Another scheme, two tokens, a broken or an empty one are denied as everywhere.
    trial.isAnonymous =
      trial.route?.settings.allowAnonymous === true &&
      extracted.error === 'token_missing' &&
      hasNoTokenHeader(trial.request, policy.tokenSources)
    return trial.isAnonymous ? PASSED : denial(extracted.error)
  }
  trial.extracted = extracted.value
  return PASSED
}

function headerStep(trial: Trial): StepOutcome {
  if (trial.extracted === undefined) return NOT_REACHED
  const jws = decodeJws(trial.extracted.token, trial.guard.readHeader)
  if (!jws.ok) return denial(jws.error.reason, jws.error.detail)
  trial.jws = jws.value
  return PASSED
}

function issuerStep(trial: Trial): StepOutcome {
  const { policy, jws } = trial
  if (policy === undefined || jws === undefined) return NOT_REACHED
  trial.issuer = pickIssuer(policy.issuers, Object.hasOwn(jws.claims, 'iss') ? jws.claims['iss'] : undefined)
  return trial.issuer === undefined ? denial('issuer_unknown') : PASSED
}

function algorithmStep(trial: Trial): StepOutcome {
  const { issuer, jws } = trial
  if (issuer === undefined || jws === undefined) return NOT_REACHED
  const { alg, typ } = jws.header
  if (!issuer.algorithms.has(alg)) return denial('alg_not_allowed', `alg ${quote(alg, MAX_LOGGED_KID)}`)
  if (isAcceptedTyp(typ, issuer.typ)) return PASSED
  const found = typ === undefined ? 'absent' : quote(typ, MAX_LOGGED_KID)
  return denial(
    'typ_not_allowed',
    `typ is ${found}, accepted ${[...(issuer.typ ?? [])].join(', ') || 'any of access tokens'}`,
  )
}

/** Enough to tell keys apart; it is whatever a stranger has written. */
const MAX_LOGGED_KID = 64

function keyStep(trial: Trial, mayWait: boolean): StepOutcome {
  const { issuer, jws } = trial
  if (issuer === undefined || jws === undefined || !isAlgorithm(jws.header.alg)) return NOT_REACHED
  const { kid, alg } = jws.header
  if (kid === undefined && issuer.settings.requireKid) return denial('kid_missing')
  const lookup = issuer.keys.lookup(kid, alg, mayWait)
  switch (lookup.state) {
    case 'found':
      trial.candidates = lookup.keys
      trial.missingKeysSeconds = lookup.othersRetryAfterSeconds
      trial.isNameElsewhere = lookup.isNameElsewhere === true
      return PASSED
    case 'pending':
      return lookup.settled
    case 'unavailable':
      return { ...denial('keys_unavailable'), retryAfterSeconds: lookup.retryAfterSeconds }
    case 'kid_unknown':
      return denial('kid_unknown', `kid ${quote(kid, MAX_LOGGED_KID)}`)
    case 'kid_missing':
      return denial('kid_missing')
    case 'unsuitable':
      return denial('key_unsuitable', kid === undefined ? undefined : `kid ${quote(kid, MAX_LOGGED_KID)}`)
  }
}

function signatureStep(trial: Trial): StepOutcome {
  if (trial.candidates === undefined || trial.jws === undefined) return NOT_REACHED
  trial.key = findVerifyingKey(trial.jws, trial.candidates)
  if (trial.key === undefined) return unverified(trial)
  const template = trial.issuer?.template
  if (template !== undefined) trial.key = findKeyOfTenant(template, trial.key, trial.jws, trial.candidates)
  if (trial.key === undefined)
    return denial('key_unsuitable', 'the key set names another issuer beside the key')
  trial.issuer?.keys.noteUse(trial.key)
  return PASSED
}

/** The key that made the signature, as it is listed for this tenant: one set may list it for several. */
const findKeyOfTenant = (
  template: TenantTemplate,
  { thumbprint }: VerificationKey,
  { claims }: DecodedJws,
  candidates: readonly VerificationKey[],
): VerificationKey | undefined =>
  candidates.find(
    (key) => key.thumbprint === thumbprint && isKeyOfTenant(template, key.issuer, claims['iss']),
  )

/** While one of the issuer's key sources is unavailable, a signature that no other key made may still be good. */
function unverified({ missingKeysSeconds: retryAfterSeconds, isNameElsewhere }: Trial): StepOutcome {
  if (isNameElsewhere)
    return denial('signature_invalid', 'a key source is unavailable, and may have another key of this `kid`')
  if (retryAfterSeconds === undefined) return denial('signature_invalid')
  return { ...denial('keys_unavailable', 'no key at hand made the signature'), retryAfterSeconds }
}

function timeStep(trial: Trial): StepOutcome {
  const { issuer, jws } = trial
  if (issuer === undefined || jws === undefined) return NOT_REACHED
  const window = checkTimes(jws.claims, issuer.settings, trial.nowSeconds)
  if (!window.ok) {
    const { reason, detail, claim } = window.error
    return claim === undefined
      ? denial(reason, detail)
      : claimDenial(reason, missOf(jws.claims, claim, detail))
  }
  trial.window = window.value
  return PASSED
}

function audienceStep(trial: Trial): StepOutcome {
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
  return claimDenial(audience.error, missOf(jws.claims, audienceClaim ?? 'aud', expected, accepted))
}

const NO_RULES: readonly ClaimValueSettings[] = []

/** The claims that every token of the issuer must have, and the types that RFC 7519 §4.1 gives them. */
function claimsStep(trial: Trial): StepOutcome {
  const { issuer, jws } = trial
  if (issuer === undefined || jws === undefined) return NOT_REACHED
  const { claims } = jws
  for (const name of ['sub', 'jti'] as const) {
    if (Object.hasOwn(claims, name) && typeof claims[name] !== 'string') {
      return claimDenial('claim_invalid', missOf(claims, name, 'is a text'))
    }
  }
  for (const name of issuer.settings.require) {
    if (!Object.hasOwn(claims, name) || !isPresent(claims[name]))
      return claimDenial('claim_missing', missOf(claims, name, 'is required'))
  }
  const tenant = issuer.template === undefined ? undefined : checkTenantClaim(issuer.template, claims)
  if (tenant?.ok === false) return valueDenial(claims, tenant.error)
  const values = checkClaimValues(claims, issuer.settings.claimValues ?? NO_RULES)
  if (!values.ok) return valueDenial(claims, values.error)
  // A bound token without its proof may be a stolen one (RFC 9449 §7.2, RFC 8705 §3).
  const isBound = Object.hasOwn(claims, 'cnf') && !issuer.settings.allowSenderConstrained
  return isBound ? denial('sender_constraint_failed') : PASSED
}

const valueDenial = (claims: Claims, { reason, claim, expected, wanted }: ClaimValueMiss): Denial =>
  claimDenial(reason, missOf(claims, claim, expected, wanted))

function rulesStep(trial: Trial): StepOutcome {
  const { policy, jws } = trial
  if (policy === undefined || jws === undefined) return NOT_REACHED
  const broken = policy.claims.find((rule) => !rule.holds(jws.claims))
  if (broken === undefined) return PASSED
  return claimDenial('claim_rule_failed', {
    claim: broken.claim,
    expected: broken.expected,
    found: broken.found(jws.claims),
  })
}

function scopeStep(trial: Trial): StepOutcome {
  const { policy, jws } = trial
  if (policy === undefined || jws === undefined) return NOT_REACHED
  const scopes = [...policy.scope.all, ...policy.scope.any]
  if (scopes.length === 0) return PASSED
  const names = trial.issuer?.settings.scopeClaims
  const unreadable = unreadableScopes(jws.claims, names)
  if (unreadable !== undefined)
    return claimDenial('claim_invalid', missOf(jws.claims, unreadable, 'is a text or a list of texts'))
  const missing = missingScopes(readScopes(jws.claims, names), policy.scope)
  if (missing.length === 0) return PASSED
  return { reason: 'scope_missing', detail: `missing: ${missing.join(' ')}`, scopes }
}

function identityStep(trial: Trial): StepOutcome {
  const { policy, jws } = trial
  if (policy === undefined || jws === undefined) return NOT_REACHED
  const identity = policy.readIdentity(jws)
  if (!identity.ok) return denial('identity_unfit', `${identity.error.header}: ${identity.error.detail}`)
  trial.identity = identity.value
  return PASSED
}

/** Which policy judges. */
export const ROUTE_STEP: Step = { name: 'route', run: routeStep }
/** Which token is judged. */
export const TOKEN_STEP: Step = { name: 'token', run: tokenStep }
/** Full verification: what the cache may later repeat. In order of cost; nothing of a token counts before `signature`. */
export const VERIFICATION_STEPS: readonly Step[] = [
  { name: 'header', run: headerStep },
  { name: 'issuer', run: issuerStep },
  { name: 'algorithm', run: algorithmStep },
  { name: 'key', run: keyStep },
  { name: 'signature', run: signatureStep },
  { name: 'time', run: timeStep },
  { name: 'audience', run: audienceStep },
  { name: 'claims', run: claimsStep },
  { name: 'rules', run: rulesStep },
  { name: 'scope', run: scopeStep },
  { name: 'identity', run: identityStep },
]
