/** A caller: how one kind of client asks for decisions and reads the answers. It translates and never decides. */
import type { Allow, Decision, Deny } from '../decision/decision.ts'
import type { Denial } from '../decision/denial.ts'
import type { AuthzRequest, HeaderReader } from '../request/authz-request.ts'
import type { Result } from '../result.ts'

/** The request that arrived at the decision listener. */
export interface ArrivedRequest {
  readonly method: string
  /** Absolute URL by which the listener was reached. */
  readonly url: string
  readonly headers: HeaderReader
}

/** The answer, for the socket. */
export interface CallerAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** Null: no body. An allow never has one, because nginx would not use the connection again. */
  readonly body: string | null
}

export interface Caller {
  /** In logs, metrics and the URL of the endpoint. */
  readonly name: string
  /** Returns the original request, or the reason why it cannot be judged. */
  readonly parse: (arrived: ArrivedRequest) => Result<AuthzRequest, Denial>
  /** @param identityNames The guard's, in lower case; an allow has a header for each. */
  readonly render: (decision: Decision, identityNames: readonly string[]) => CallerAnswer
  /** How the operator stops decision requests from announcing a body. */
  readonly noBodyHint: string
}

/**
 * Exactly 200, no body, every identity header, and the decision's id. Empty headers are sent on purpose: with them,
 * the proxy overwrites the client's.
 */
export function renderAllow(decision: Allow, identityNames: readonly string[]): CallerAnswer {
  const headers: Record<string, string> = { 'x-decision-id': decision.id }
  for (let i = 0; i < identityNames.length; i++)
    headers[identityNames[i] as string] = decision.identity[i] ?? ''
  return { status: 200, headers, body: null }
}

/** Headers of a denial: no identity, never the token, and no permission to cache. */
export function denyHeaders(decision: Deny): Record<string, string> {
  const headers: Record<string, string> = {
    'x-decision-id': decision.id,
    'x-decision-reason': decision.reason,
    'cache-control': 'no-store',
  }
  if (decision.challenge !== undefined) headers['www-authenticate'] = decision.challenge
  if (decision.retryAfterSeconds !== undefined) headers['retry-after'] = String(decision.retryAfterSeconds)
  return headers
}
