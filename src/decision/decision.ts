/** The answer to one request, before it is rendered for a caller. */
import type { Denial } from './denial.ts'
import type { AllowReason, DenyReason } from './reasons.ts'

interface DecisionBase {
  /** ULID; in the answer, the log line and `explain`. */
  readonly id: string
  /** Name of the route, policy and issuer that took part, as far as the steps got. */
  readonly route: string | undefined
  readonly policy: string | undefined
  readonly issuer: string | undefined
  /** The token was remembered, and not verified again. */
  readonly isCacheHit?: true | undefined
  /** The time by which the token was judged, in epoch seconds; absent if no step ran, or several judges were asked. */
  readonly atSeconds?: number | undefined
  /** Whom the token names, as {@link SubjectNaming} packs it; undefined if nobody is to be named, or no key verified it. */
  readonly subject?: string | undefined
}

export interface Allow extends DecisionBase {
  readonly outcome: 'allow'
  readonly reason: AllowReason
  /** Values of the guard's identityNames, in their order; empty if there is no value. */
  readonly identity: readonly string[]
  /** When the token expires, in epoch seconds, leeway included; undefined on public routes. */
  readonly notAfter?: number | undefined
}

export interface Deny extends DecisionBase {
  readonly outcome: 'deny'
  readonly reason: DenyReason
  readonly status: 401 | 403 | 502 | 503 | 504
  /** `WWW-Authenticate`, RFC 6750 §3; undefined if another token would not help. */
  readonly challenge: string | undefined
  readonly retryAfterSeconds: number | undefined
  /** The facts, for the operator's log and `explain`, never for the client. */
  readonly denial: Denial
}

export type Decision = Allow | Deny
