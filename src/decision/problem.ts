/** The body of every denial, sent by the gateway, by a listener, or by the text of a proxy. */

interface Problem {
  readonly status: number
  /** The phrase of the status. The meaning of a reason is in docs/reasons.md only: it names settings, which clients must not see. */
  readonly title: string
  /** The reason, or the fault of the gateway. */
  readonly code: string
  readonly decisionId: string
}

/** An RFC 9457 problem, as `application/problem+json`. */
export const problemText = ({ status, title, code, decisionId }: Problem): string =>
  `${JSON.stringify({ type: `urn:warder:reason:${code}`, title, status, code, decision_id: decisionId })}\n`

/** Phrases of the statuses that a decision has (RFC 9110 §15). */
export const STATUS_TITLES = {
  401: 'Unauthorized',
  403: 'Forbidden',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
} as const
