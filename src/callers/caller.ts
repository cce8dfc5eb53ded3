/** A caller: how one kind of client asks for decisions, and how it is answered. It translates and never decides. */
import type { Decision } from '../decision/decision.ts'
import type { Denial } from '../decision/denial.ts'
import type { AuthzRequest, HeaderReader } from '../request/authz-request.ts'
import type { Result } from '../result.ts'

/** The request as it arrived at the decision listener. */
export interface ArrivedRequest {
  readonly method: string
  /** Absolute URL by which the listener was reached. */
  readonly url: string
  readonly headers: HeaderReader
}

/** What goes back to the socket. */
export interface CallerAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** Null for none: an allow never has a body, or nginx gives up its connection. */
  readonly body: string | null
}

export interface Caller {
  /** In logs, metrics and the URL of the endpoint. */
  readonly name: string
  /** The original request, or why it cannot be judged. */
  readonly parse: (arrived: ArrivedRequest) => Result<AuthzRequest, Denial>
  /** @param identityNames The guard's, lower case; every one is emitted on an allow. */
  readonly render: (decision: Decision, identityNames: readonly string[]) => CallerAnswer
  /** What the operator changes when decision requests announce a body that never comes. */
  readonly noBodyHint: string
}
