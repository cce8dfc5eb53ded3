/**
 * Why a request is denied: its reason, and the facts of this very case as data. Sentences are made of them in
 * `explain/describe-denial.ts`, wherever people read them.
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
 * Facts by reason; a reason that is not listed says everything. They go to logs: no part of a token is among them but
 * the names of its claims and what its header calls its key, algorithm and type, cut short.
 */
export interface DenialFacts {
  /** Set if it is about a field of which there may be one only. */
  token_multiple: { readonly field?: string }
  token_malformed: FactsOf<DecodeProblem, 'token_malformed'>
  token_encrypted: FactsOf<DecodeProblem, 'token_encrypted'>
  crit_unsupported: FactsOf<DecodeProblem, 'crit_unsupported'>
  /** Undefined: it is not a text. */
  alg_not_allowed: { readonly alg: string | undefined }
  /** `accepted` is empty if every type of an access token is. */
  typ_not_allowed: { readonly typ: string | undefined; readonly accepted: readonly string[] }
  kid_unknown: { readonly kid: string }
  /** `isOtherTenant`: the key set lists the key for another tenant. */
  key_unsuitable: { readonly kid: string | undefined; readonly isOtherTenant?: true }
  /** A key source that is unavailable may have another key of the token's `kid`. */
  signature_invalid: { readonly isKidElsewhere?: true }
  audience_missing: ClaimMiss
  audience_mismatch: ClaimMiss
  claim_missing: ClaimMiss
  claim_invalid: ClaimMiss
  claim_rule_failed: ClaimMiss
  exp_missing: object
  token_expired: FactsOf<TimeProblem, 'token_expired'>
  token_not_yet_valid: FactsOf<TimeProblem, 'token_not_yet_valid'>
  token_issued_in_future: FactsOf<TimeProblem, 'token_issued_in_future'>
  token_too_old: FactsOf<TimeProblem, 'token_too_old'>
  /** `scopes`: all that the policy asks for. */
  scope_missing: { readonly missing: readonly string[]; readonly scopes: readonly string[] }
  identity_unfit: IdentityProblem
  /** What the proxy has to send, and the line of its configuration that does. */
  origin_missing: {
    readonly field: string
    readonly fault: 'missing' | 'invalid'
    /** `one method`. */
    readonly expected: string
    readonly remedy: string
  }
  path_ambiguous: { readonly ambiguity: PathAmbiguity | 'letter_case' | 'other_reading' | 'other_spelling' }
  /** `head`, `parameter`: the method of a GET, or of `_method` in the query, leads to another route. */
  method_refused: { readonly fault: MethodFault | 'head' | 'parameter' }
  /** The header that the auth service needs. */
  header_missing: { readonly header: string }
  /** What the auth service answered. */
  auth_service_denied: { readonly status: number }
  /** As the gateway words what is wrong with an answer or a connection. */
  auth_service_failed: { readonly fault: string }
  /** Where the gateway would ask, in explain. */
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

/** To be told apart by the reason. */
export type Denial = { [Reason in DenyReason]: DenialFor<Reason> }[DenyReason]

/** The denial for a mistake inside Warder. */
export const internalError = (at: string): DenialFor<'internal_error'> => ({ reason: 'internal_error', at })

/** The denial for an exception. Its message may hold anything, so it is not among the facts. */
export const faultDenial = (fault: unknown): DenialFor<'internal_error'> =>
  internalError(fault instanceof Error ? fault.name : 'unknown')

/** A claim that is not as it must be. Without values of the token but those that the rule itself names. */
export interface ClaimMiss {
  /** Its name, or its path as a claim rule has it. */
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

/** Enough to tell keys, algorithms and types apart; they are whatever a stranger has written. */
const MAX_LENGTH = 64

/** A text of a token's header, for a fact. */
export const shortened = (text: string): string =>
  text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
