/** What becomes of a judged request: where it goes, or what it is refused with before any server is asked. */
import type { ClientRequest } from './client-request.ts'
import type { GatewayFault } from './gateway-event.ts'
import type { Judgement } from './judge.ts'
import { denialAnswer, type OwnAnswer } from './own-answer.ts'
import { limitRate } from './rate-limit.ts'
import type { Destination, GatewayRules } from './rules.ts'

export interface Verdict {
  readonly destination: Destination | undefined
  /** Undefined where the request may go on. */
  readonly refusal: { readonly answer: OwnAnswer; readonly fault: GatewayFault | undefined } | undefined
}

/** Denied requests count in a rate limit too: who guesses is slowed down. */
export function verdictOf(
  { decision, denial }: Judgement,
  request: ClientRequest,
  rules: GatewayRules,
): Verdict {
  const destination = rules.destinations.get(decision.route ?? '')
  const excess = limitRate(destination?.upstream.limiter, request, rules.isTrusted)
  if (excess !== undefined) return { destination, refusal: { answer: excess, fault: 'rate_limited' } }
  if (decision.outcome === 'allow') return { destination, refusal: undefined }
  return { destination, refusal: { answer: denialAnswer(decision, denial), fault: undefined } }
}
