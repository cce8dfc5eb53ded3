/** What all exchanges of a connection have in common, and what the parts of one share. */
import type { Decide } from '../../decision/decide.ts'
import type { Admit } from '../admission.ts'
import type { BeginTrace, ClientRequest } from '../client/client-request.ts'
import type { ClientStream } from '../../http/connections/client-stream.ts'
import type { CorsHeaders } from '../cors.ts'
import type { Deadlines } from '../../http/deadlines.ts'
import type { Destination } from '../destination.ts'
import type { ExchangeEvent } from '../gateway-event.ts'
import type { FieldLine } from '../../http/messages/header-fields.ts'
import type { IsTrusted } from '../../http/sockets/peer-networks.ts'
import type { Judgement } from '../judges/judge.ts'
import type { ExchangeClock } from './exchange-clock.ts'
import type { HeaderRules } from './forward-headers.ts'

/** The rules of one listener. */
export interface ExchangeRules {
  readonly admit: Admit
  readonly isTrusted: IsTrusted
  readonly headers: HeaderRules
  readonly newId: () => string
  /** Of the guard that judges the requests. */
  readonly decide: Decide
}

export interface ExchangeContext {
  readonly deadlines: Deadlines
  readonly proto: 'http' | 'https'
  readonly beginTrace?: BeginTrace | undefined
  /** Address of the other side of the connection; empty on a unix socket. */
  readonly peer: string
  readonly onExchange: (event: ExchangeEvent) => void
}

/** An admitted request, and the rules by which it is forwarded and answered. */
export interface ForwardingInput {
  readonly client: ClientStream
  readonly clock: ExchangeClock
  readonly request: ClientRequest
  readonly headers: HeaderRules
  readonly judgement: Judgement
  readonly destination: Destination
  /** Replace the server's `Access-Control-*`; undefined: those are kept. */
  readonly corsHeaders: CorsHeaders | undefined
  /** From auth services that allowed the request. */
  readonly cookies: readonly FieldLine[]
}
