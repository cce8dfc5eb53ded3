/** What all exchanges of a connection have in common. */
import type { Admit } from '../admission.ts'
import type { IsTrusted } from '../client/client-address.ts'
import type { Deadlines } from '../deadlines.ts'
import type { ExchangeEvent } from '../gateway-event.ts'
import type { HeaderRules } from './forward-headers.ts'

/** The rules of one listener. */
export interface ExchangeRules {
  readonly admit: Admit
  readonly isTrusted: IsTrusted
  readonly headers: HeaderRules
  readonly newId: () => string
}

export interface ExchangeContext {
  readonly rules: ExchangeRules
  readonly deadlines: Deadlines
  readonly proto: 'http' | 'https'
  readonly onExchange: (event: ExchangeEvent) => void
}
