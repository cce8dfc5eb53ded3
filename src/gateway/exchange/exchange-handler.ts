/** Answers the requests of one connection by exchanges. */
import type { RequestHandler } from '../../http/connections/client-connection.ts'
import type { ExchangeEvent } from '../gateway-event.ts'
import type { RequestFault } from '../../http/messages/framing.ts'
import { parseClientAddress } from '../../syntax/client-address.ts'
import { Exchange } from './exchange.ts'
import type { ExchangeContext, ExchangeRules } from './exchange-context.ts'
import { toWholeAnswer } from './own-answer.ts'

/** @param rules Returns the rules in force now. */
export const createExchangeHandler = (
  rules: () => ExchangeRules,
  context: ExchangeContext,
): RequestHandler => ({
  serve: (stream) => new Exchange(stream, context, rules()).start(),
  refuse(fault) {
    const { newId, isTrusted } = rules()
    const id = newId()
    // What a trusted proxy reports of its client cannot be read.
    const client = isTrusted(context.peer) ? undefined : parseClientAddress(context.peer)
    context.onExchange(refusedExchange(id, client, fault))
    return toWholeAnswer({ status: fault.status, fault: 'bad_request', headers: {} }, id)
  },
})

/** The event of a request that could not be read. */
const refusedExchange = (
  id: string,
  clientAddress: string | undefined,
  { status, detail }: RequestFault,
): ExchangeEvent => ({
  id,
  request: undefined,
  route: undefined,
  decision: undefined,
  decide: undefined,
  judges: undefined,
  clientAddress,
  status,
  upstream: undefined,
  server: undefined,
  address: undefined,
  retries: 0,
  fault: 'bad_request',
  detail,
  durationMs: 0,
  decisionMs: undefined,
  upstreamMs: undefined,
  requestBytes: 0,
  responseBytes: 0,
})
