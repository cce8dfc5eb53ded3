/** Challenges: what a client is told to come back with. */
import { DENY_ROWS, type DenyReason } from './reasons.ts'

/** One sentence per error code, not per reason: probing must not learn more than the RFC's codes say. */
const DESCRIPTIONS = {
  invalid_request: 'exactly one token is needed',
  invalid_token: 'the token was not accepted',
  insufficient_scope: 'the token lacks a scope',
} as const

/**
 * The `WWW-Authenticate` value of a denial. A request without a token gets no error code (RFC 6750 §3.1).
 *
 * @param realm Quotable ASCII, checked with the configuration.
 * @param scopes The scopes that the policy asks for, for `insufficient_scope`.
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
