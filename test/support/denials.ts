/** One denial for each reason, with all of its facts. */
import type { Decision } from '../../src/decision/decision.ts'
import type { Denial, DenialFor } from '../../src/decision/denial.ts'
import { describeDenial } from '../../src/decision/explain/describe-denial.ts'
import type { DenyReason } from '../../src/decision/reasons.ts'

const MISS = { claim: 'tenant', expected: 'equals "acme"', found: 'absent' } as const

const ALL: { readonly [Reason in DenyReason]: Omit<DenialFor<Reason>, 'reason'> } = {
  token_missing: {},
  token_multiple: { field: 'Authorization' },
  scheme_not_bearer: {},
  token_too_large: {},
  token_malformed: { fault: 'parts', parts: 2 },
  token_encrypted: { sign: 'enc' },
  alg_not_allowed: { alg: 'RS512' },
  typ_not_allowed: { typ: 'dpop+jwt', accepted: ['at+jwt'] },
  crit_unsupported: { member: 'crit' },
  kid_missing: {},
  kid_unknown: { kid: 'k1' },
  key_unsuitable: { kid: 'k1', isOtherTenant: true },
  signature_invalid: { isKidElsewhere: true },
  issuer_unknown: {},
  audience_missing: MISS,
  audience_mismatch: MISS,
  exp_missing: {},
  token_expired: { agoSeconds: 90, leewaySeconds: 30 },
  token_not_yet_valid: { inSeconds: 90, leewaySeconds: 30 },
  token_issued_in_future: { aheadSeconds: 90, leewaySeconds: 30 },
  token_too_old: { ageSeconds: 90, maxAgeSeconds: 60 },
  claim_missing: MISS,
  claim_invalid: MISS,
  token_revoked: {},
  caller_untrusted: { peer: '192.0.2.9' },
  credentials_missing: {},
  credentials_malformed: {},
  credentials_invalid: {},
  sender_constraint_failed: {},
  no_route: {},
  route_denied: {},
  scope_missing: { missing: ['b'], scopes: ['a', 'b'] },
  claim_rule_failed: MISS,
  identity_unfit: { header: 'X-User', maxBytes: 8 },
  expression_false: {},
  ip_not_allowed: {},
  origin_missing: { field: 'X-Method', fault: 'missing', expected: 'one method', remedy: 'add it' },
  path_ambiguous: { ambiguity: 'dot_segment' },
  method_refused: { fault: 'trace' },
  header_missing: { header: 'X-Tenant' },
  auth_service_denied: { status: 403 },
  auth_service_not_asked: { url: 'http://auth.example/verify' },
  judges_not_asked: {},
  auth_service_failed: { fault: 'no answer in time' },
  keys_unavailable: { retryAfterSeconds: 5, isUnverified: true },
  introspection_unavailable: {},
  overloaded: { work: 'passwords', retryAfterSeconds: 5 },
  internal_error: { at: 'TypeError' },
}

export const exampleDenial = (reason: DenyReason): Denial => ({ reason, ...ALL[reason] }) as Denial

/** The facts of a denial as people read them. */
export const detailOf = (decision: Decision): string | undefined =>
  decision.outcome === 'deny' ? describeDenial(decision.denial) : undefined
