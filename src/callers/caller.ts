/** A caller: how one kind of client asks for decisions and reads the answers. It translates and never decides. */
import type { Decision } from '../decision/decision.ts'
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
