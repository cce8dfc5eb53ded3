/** A caller: how one kind of client asks for decisions and reads the answers. It translates and never decides. */
import type { Allow, Decision, Deny } from '../decision/decision.ts'
import type { Denial } from '../decision/denial.ts'
import type { AuthzRequest, HeaderReader } from '../request/authz-request.ts'
import type { Result } from '../result.ts'

/** The request that arrived at the decision listener. */
export interface ArrivedRequest {
  readonly method: string
  /** Raw, before any `?`. */
  readonly path: string
  /** Raw, without the `?`; undefined if the target has none. */
  readonly query: string | undefined
  /** Normal form; empty if the request names none. */
  readonly host: string
  readonly headers: HeaderReader
}

/** The answer, for the socket. */
export interface CallerAnswer {
  readonly status: number
  /**
   * Fields as lines of HTTP/1.1, each with its end: `x-decision-id: …\r\n`. Names are lower case, and values are ASCII
   * without control characters, because the text is written to the socket as it is.
   */
  readonly lines: string
  /** ASCII; empty: none. An allow never has one, because nginx would not use the connection again. */
  readonly body: string
}

export interface Caller {
  /** In logs, metrics and the URL of the endpoint. */
  readonly name: string
  /** Returns the original request, or the reason why it cannot be judged. */
  readonly parse: (arrived: ArrivedRequest) => Result<AuthzRequest, Denial>
  /**
   * The client's address in one spelling, as the caller reports it; undefined if it reports none, or something else.
   * Only callers that are trusted are believed.
   */
  readonly clientOf: (headers: HeaderReader) => string | undefined
  /** @param identityNames The guard's, in lower case; an allow has a header for each. */
  readonly render: (decision: Decision, identityNames: readonly string[]) => CallerAnswer
  /** How the operator stops decision requests from announcing a body. */
  readonly noBodyHint: string
}

/** A caller whose decision requests name the original request: a dialect that proxies speak. */
export interface Dialect extends Caller {
  /**
   * Set if the original path follows that of the endpoint: the name of its endpoints that name a policy, because behind its
   * own the client would choose the policy.
   */
  readonly policyEndpoint?: string
  /** A decision request about an original one, for examples with curl. */
  readonly originalRequest: (method: string, url: string) => DecisionRequest
}

/** The parts of a decision request that name the original one. */
export interface DecisionRequest {
  /** Default: GET. */
  readonly method?: string
  /** Default: the path of the endpoint. */
  readonly target?: string
  readonly fields: Readonly<Record<string, string>>
}

/**
 * Exactly 200, no body, every identity header, and the decision's id. Empty headers are sent on purpose: with them,
 * the proxy overwrites the client's.
 */
export function renderAllow(decision: Allow, identityNames: readonly string[]): CallerAnswer {
  let lines = `x-decision-id: ${decision.id}\r\n`
  for (let i = 0; i < identityNames.length; i++)
    lines += `${identityNames[i]}: ${decision.identity[i] ?? ''}\r\n`
  return { status: 200, lines, body: '' }
}

/** Lines of every denial: no identity, never the token, and no permission to cache. */
export const plainDenyLines = ({ id, reason }: Deny): string =>
  `x-decision-id: ${id}\r\nx-decision-reason: ${reason}\r\ncache-control: no-store\r\n`

/** The same, with what would help the client. */
export function denyLines(decision: Deny): string {
  const { challenge, retryAfterSeconds } = decision
  let lines = plainDenyLines(decision)
  if (challenge !== undefined) lines += `www-authenticate: ${challenge}\r\n`
  if (retryAfterSeconds !== undefined) lines += `retry-after: ${retryAfterSeconds}\r\n`
  return lines
}
