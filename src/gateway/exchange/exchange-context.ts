/** What every exchange of a connection is given. */
import type { Deadlines } from '../deadlines.ts'
import type { ExchangeEvent } from '../gateway-event.ts'
import type { GatewayRules } from '../rules.ts'

/** Longest wait for a decision: more than a first fetch of keys and an auth service may take. */
export const DECISION_TIMEOUT_MS = 90_000

export interface ExchangeContext {
  readonly rules: GatewayRules
  readonly deadlines: Deadlines
  readonly proto: 'http' | 'https'
  readonly onExchange: (event: ExchangeEvent) => void
}
