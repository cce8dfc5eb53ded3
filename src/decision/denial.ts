/**
 * Why a request is denied: the reason, and the facts of the case as data. `explain/describe-denial.ts` makes the
 * sentences that people read.
 */
import { describeFound } from '../claims/describe-found.ts'
import type { ClaimScalar } from '../settings/claim-rule/definition.ts'
import { readClaim, type Claims } from '../syntax/claim-path.ts'
import type { IdentityProblem } from '../claims/compile-identity.ts'
import type { TimeProblem } from '../jwt/check-times.ts'
import type { DecodeProblem } from '../jwt/jose-header.ts'
import type { PathAmbiguity } from '../request/canonical-path.ts'
import type { MethodFault } from '../request/method.ts'
import type { DenyReason } from './reasons.ts'

/**
 * Facts by reason; a reason that is not listed has none. They go to logs, and so contain no part of a token, except
 * names of claims and, shortened, `kid`, `alg` and `typ` of the header, an unknown `iss`, and the `aud` of a genuine
 * token.
 */
export interface DenialFacts {
  /** The claim as it was sent, by anybody: nothing has verified it. A text is shortened, anything else described. */
  issuer_unknown: { readonly iss?: string }
  /** The field that was sent more than once, if it is about one. */
  token_multiple: { readonly field?: string }
  token_malformed: FactsOf<DecodeProblem, 'token_malformed'>
  token_encrypted: FactsOf<DecodeProblem, 'token_encrypted'>
  crit_unsupported: FactsOf<DecodeProblem, 'crit_unsupported'>
  /** Undefined if it is not a text. */
  alg_not_allowed: { readonly alg: string | undefined; readonly accepted?: readonly string[] }
  /** `accepted` is empty if every type of an access token is accepted. */
  typ_not_allowed: { readonly typ: string | undefined; readonly accepted: readonly string[] }
  kid_unknown: { readonly kid: string }
  /** `isOtherTenant`: the key set lists the key for another tenant. */
  key_unsuitable: { readonly kid: string | undefined; readonly isOtherTenant?: true }
  /** A key source that is unavailable may have another key of the token's `kid`. */
  signature_invalid: { readonly kid?: string; readonly isKidElsewhere?: true }
  audience_missing: ClaimMiss
  /** `audiences`: those of the token, if they are its `aud`; the first ones, shortened. */
  audience_mismatch: ClaimMiss & { readonly audiences?: readonly string[] }
  claim_missing: ClaimMiss
  claim_invalid: ClaimMiss
  claim_rule_failed: ClaimMiss
  exp_missing: object
  token_expired: FactsOf<TimeProblem, 'token_expired'>
  token_not_yet_valid: FactsOf<TimeProblem, 'token_not_yet_valid'>
  token_issued_in_future: FactsOf<TimeProblem, 'token_issued_in_future'>
  token_too_old: FactsOf<TimeProblem, 'token_too_old'>
  /** `scopes`: all that the policy requires. */
  scope_missing: { readonly missing: readonly string[]; readonly scopes: readonly string[] }
  identity_unfit: IdentityProblem
  /** The field that the proxy must send, and the line to add to its configuration. */
  origin_missing: {
    readonly field: string
    readonly fault: 'missing' | 'invalid'
    /** `one method`. */
    readonly expected: string
    readonly remedy: string
  }
  /** Address of the connection's other side; empty on a unix socket. */
  caller_untrusted: { readonly peer: string }
  path_ambiguous: { readonly ambiguity: PathAmbiguity | 'letter_case' | 'other_reading' | 'other_spelling' }
  /** `head`, `parameter`: the method of a GET, or of `_method` in the query, leads to another route. */
  method_refused: { readonly fault: MethodFault | 'head' | 'parameter' }
  /** The name that was sent, shortened; nobody has shown that it is theirs. */
  credentials_invalid: { readonly user?: string }
  /** The header that the auth service needs. */
  header_missing: { readonly header: string }
  /** What the auth service answered. */
  auth_service_denied: { readonly status: number }
  /** The gateway's text for a fault of an answer or a connection. */
  auth_service_failed: { readonly fault: string }
  /** In explain: the URL that the gateway would ask. */
  auth_service_not_asked: { readonly url?: string }
  /** `isUnverified`: there are keys, and none of them made the signature. */
  keys_unavailable: { readonly retryAfterSeconds: number; readonly isUnverified?: true }
  overloaded: { readonly work?: 'passwords'; readonly retryAfterSeconds?: number }
  /** The step, or the kind of error. */
  internal_error: { readonly at: string }
}

type FactsOf<Problem extends { readonly reason: string }, Reason extends Problem['reason']> = Omit<
  Extract<Problem, { readonly reason: Reason }>,
  'reason'
>

/** The denial for one reason. */
export type DenialFor<Reason extends DenyReason> = {
  readonly reason: Reason
} & (Reason extends keyof DenialFacts ? DenialFacts[Reason] : unknown)

/** A union by reason. */
export type Denial = { [Reason in DenyReason]: DenialFor<Reason> }[DenyReason]

/** The denial for a mistake inside Warder. */
export const internalError = (at: string): DenialFor<'internal_error'> => ({ reason: 'internal_error', at })

/** The denial for an exception. Its message may hold anything, so it is not among the facts. */
export const faultDenial = (fault: unknown): DenialFor<'internal_error'> =>
  internalError(fault instanceof Error ? fault.name : 'unknown')

/** A claim that breaks a rule. Contains no values of the token, except those that the rule itself names. */
export interface ClaimMiss {
  /** Its name, or the path of a claim rule. */
  readonly claim: string
  /** `equals "acme"`, `is required`. */
  readonly expected: string
  /** `absent`, `a text of 4 characters`, `the text "true", not the boolean true`. */
  readonly found: string
}

/** @param wanted The values that the rule names. */
export const missOf = (
  claims: Claims,
  claim: string,
  expected: string,
  wanted?: readonly ClaimScalar[],
): ClaimMiss => ({ claim, expected, found: describeFound(readClaim(claims, [claim]), wanted) })

/** Enough to distinguish keys, algorithms and types; the text comes from a client. */
const MAX_LENGTH = 64

/** A text of a token, for a fact. @param maxLength In characters. Default 64. */
export const shortened = (text: string, maxLength = MAX_LENGTH): string =>
  text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
