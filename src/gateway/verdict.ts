/** What becomes of a judged request: where it goes, or what it is refused with before any server is asked. */
import type { GatewayFault } from './gateway-event.ts'
import type { Judgement } from './judges/judge-request.ts'
import { denialAnswer, type OwnAnswer } from './exchange/own-answer.ts'
import type { Excess } from './limits/request-limits.ts'
import type { Destination, GatewayRules } from './rules.ts'

export interface Refusal {
  readonly answer: OwnAnswer
  readonly fault: GatewayFault | undefined
  /** For the log; empty if there is nothing to add. */
  readonly detail: string
}

export interface Verdict {
  readonly destination: Destination | undefined
  /** Undefined where the request may go on. */
  readonly refusal: Refusal | undefined
}

export function verdictOf({ decision, denial }: Judgement, rules: GatewayRules): Verdict {
  const destination = rules.destinations.get(decision.route ?? '')
  if (decision.outcome === 'allow') return { destination, refusal: undefined }
  return {
    destination,
    refusal: { answer: denialAnswer(decision, denial), fault: undefined, detail: '' },
  }
}

/**
 * Only `Retry-After` (RFC 9110 §10.2.3). The `RateLimit` fields are a draft whose syntax has changed with every
 * version, and they would tell who guesses how many guesses are left.
 */
export const refusedBy = ({ limit, seconds }: Excess): Refusal => ({
  answer: { status: 429, headers: { 'Retry-After': String(seconds) } },
  fault: 'rate_limited',
  detail: limit.label,
})
