/** Challenges: what a denied client has to bring to be allowed. */
import { DENY_REASONS, DENY_ROWS, type DenyReason } from './reasons.ts'

/** One sentence per error code, not per reason: a client that probes must not learn more than the RFC's codes reveal. */
const DESCRIPTIONS = {
  invalid_request: 'exactly one token is needed',
  invalid_token: 'the token was not accepted',
  insufficient_scope: 'the token lacks a scope',
} as const

/** The challenge of every reason, without scopes; written once, because it is longer than the rest of an answer. */
export const challengesByReason = (realm: string): ReadonlyMap<DenyReason, string | undefined> =>
  new Map(DENY_REASONS.map((reason) => [reason, challengeFor(reason, realm, [])]))

/**
 * The `WWW-Authenticate` value of a denial. A request without a token gets no error code (RFC 6750 §3.1).
 *
 * @param realm Quotable ASCII, checked with the configuration.
 * @param scopes The scopes that the policy requires, for `insufficient_scope`.
 */
export function challengeFor(
  reason: DenyReason,
  realm: string,
  scopes: readonly string[],
): string | undefined {
  const { status, error } = DENY_ROWS[reason]
  if (error === undefined) return status === 401 ? `Bearer realm="${realm}"` : undefined
  const parts = [`Bearer realm="${realm}"`, `error="${error}"`, `error_description="${DESCRIPTIONS[error]}"`]
  if (error === 'insufficient_scope') parts.push(`scope="${scopes.join(' ')}"`)
  return parts.join(', ')
}
