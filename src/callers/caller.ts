/** A caller: how one kind of client asks for decisions and reads the answers. It translates and never decides. */
import type { Allow, Decision, Deny } from '../decision/decision.ts'
import type { Denial } from '../decision/denial.ts'
import type { AuthzRequest, HeaderReader } from '../request/authz-request.ts'
import type { Result } from '../result.ts'

/** The request that arrived at the decision listener. */
export interface ArrivedRequest {
  readonly method: string
  /** Raw, without the `?`; undefined if the target has none. */
  readonly query: string | undefined
  readonly headers: HeaderReader
}

/** The answer, for the socket. */
export interface CallerAnswer {
  readonly status: number
  readonly fields: readonly AnswerField[]
  /** ASCII; empty: none. An allow never has one, because nginx would not use the connection again. */
  readonly body: string
}

export interface AnswerField {
  /** Lower case. */
  readonly name: string
  /** Latin1 without control characters: it is written to the socket as it is. */
  readonly value: string
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
  const fields: AnswerField[] = [{ name: 'x-decision-id', value: decision.id }]
  for (let i = 0; i < identityNames.length; i++)
    fields.push({ name: identityNames[i] as string, value: decision.identity[i] ?? '' })
  return { status: 200, fields, body: '' }
}

/** Fields of every denial: no identity, never the token, and no permission to cache. */
export const plainDenyFields = ({ id, reason }: Deny): AnswerField[] => [
  { name: 'x-decision-id', value: id },
  { name: 'x-decision-reason', value: reason },
  NO_STORE,
]

const NO_STORE: AnswerField = { name: 'cache-control', value: 'no-store' }

/** The same, with what would help the client. */
export function denyFields(decision: Deny): AnswerField[] {
  const fields = plainDenyFields(decision)
  const { challenge, retryAfterSeconds } = decision
  if (challenge !== undefined) fields.push({ name: 'www-authenticate', value: challenge })
  if (retryAfterSeconds !== undefined) fields.push({ name: 'retry-after', value: String(retryAfterSeconds) })
  return fields
}
