/** The judges of a route in the gateway: what one is made from, its verdict, and the judgement of all. */
import type { Decision, Deny } from '../../decision/decision.ts'
import type { Policy } from '../../policy/compile-policy.ts'
import type { ClientRequest } from '../client/client-request.ts'
import type { QueryParameter } from '../exchange/mapped-query.ts'
import type { FieldLine } from '../../http/messages/header-fields.ts'
import type { ForwardAuthSettings } from '../../settings/forward-auth/definition.ts'
import type { BasicAuthSettings, UserSettings } from '../../settings/basic-auth/definition.ts'

/** What a judge is made from. */
export type JudgeInput =
  | { readonly kind: 'policy'; readonly policy: Policy }
  | { readonly kind: 'forward_auth'; readonly settings: ForwardAuthSettings }
  /** `users`: those of the settings and of their file. */
  | {
      readonly kind: 'basic_auth'
      readonly settings: BasicAuthSettings
      readonly users: readonly UserSettings[]
    }

export interface RouteJudge {
  /**
   * Asks about a request.
   *
   * @param settled Called once, perhaps at once.
   * @returns Cancels: `settled` is not called.
   */
  ask(request: ClientRequest, settled: (verdict: Verdict) => void): () => void
}

/** The answer of one judge. */
export type Verdict = AllowVerdict | DenyVerdict

export interface AllowVerdict {
  readonly kind: 'allowed'
  readonly policy?: string | undefined
  readonly issuer?: string | undefined
  /** Values of the identity headers in their order; absent: none. */
  readonly identity?: readonly string[]
  /** When the token expires, leeway included, in epoch seconds. */
  readonly notAfter?: number | undefined
  /** Whom the token names; see {@link Decision}. */
  readonly subject?: string | undefined
  readonly grant?: Grant
  /** Values of `Set-Cookie` for the client. */
  readonly cookies?: readonly string[]
}

export interface DenyVerdict {
  readonly kind: 'denied'
  readonly decision: JudgeDeny
  /** If an auth service denied. */
  readonly authDenial?: AuthDenial | undefined
}

/** The decision of one judge, without the parts that all judges of the route share. */
export type JudgeDeny = Omit<Deny, 'id' | 'route' | 'outcome'>

/** What auth services and `basic_auth` hand to the application. */
export interface Grant {
  /** Headers that the forwarded request is given. */
  readonly headers: readonly FieldLine[]
  readonly params: readonly QueryParameter[]
}

/** What an auth service that denies sends to the client. */
export interface AuthDenial {
  readonly status: 401 | 403
  /** The values of `WWW-Authenticate`, in order. */
  readonly challenges: readonly string[]
  /** The values of `Set-Cookie` that the settings name. */
  readonly cookies: readonly string[]
  /** Where the client is sent instead; undefined if it is to see the denial. */
  readonly location?: string | undefined
}

/** The decision on a request, by the core or by all judges of its route, with what they hand to application and client. */
export interface Judgement {
  readonly decision: Decision
  /** Undefined if neither an auth service nor `basic_auth` was asked. */
  readonly grant: Grant | undefined
  readonly authDenial?: AuthDenial | undefined
  /** The values of `Set-Cookie` that auth services which allowed add to the answer. */
  readonly cookies?: readonly string[]
  /** Of the judges that were asked, in their order; absent if the core decided. */
  readonly verdicts?: readonly Verdict[]
}

const NONE = {
  policy: undefined,
  issuer: undefined,
  challenge: undefined,
  retryAfterSeconds: undefined,
}

/** A denial that is about neither a policy nor a token. */
export const denied = (
  decision: Pick<JudgeDeny, 'denial' | 'status'> & Partial<JudgeDeny>,
  authDenial?: AuthDenial,
): DenyVerdict => ({
  kind: 'denied',
  decision: { ...NONE, reason: decision.denial.reason, ...decision },
  authDenial,
})
