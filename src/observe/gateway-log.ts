/** Log lines of the gateway: denials, as everywhere, faults, and each request if `access_log` is set. */
import type { LimitReached } from '../http/connections/connection-limit.ts'
import type { Overload } from '../http/connections/held-bytes.ts'
import type { ExchangeEvent } from '../gateway/gateway-event.ts'
import type { NameEvent } from '../gateway/upstream/name-watch.ts'
import type { ServerEvent } from '../gateway/upstream/server-event.ts'
import type { DecisionEvent } from './decision-log.ts'
import type { LogFields } from './formats/line.ts'
import { withoutTokens } from '../without-tokens.ts'
import type { Logger } from './logger.ts'
import { redact } from './redact.ts'
import type { Sampling } from './sampling.ts'

export interface GatewayLog {
  /** @param accessLog Whether successful requests are logged too. */
  onExchange(event: ExchangeEvent, accessLog: boolean): void
  onLimitReached(listener: string, report: LimitReached): void
  onOverload(listener: string, overload: Overload): void
  onName(event: NameEvent): void
  onServer(event: ServerEvent): void
}

/**
 * @param onDecision Called with every decision, as by the decision listener.
 * @param sampling Of faults, unless `access_log` is set. Default: every fault has a line.
 */
export function createGatewayLog(
  logger: Logger,
  onDecision: (event: DecisionEvent) => void,
  sampling?: Sampling<ExchangeEvent>,
): GatewayLog {
  return {
    onExchange(event, accessLog) {
      const { request, decision, decide, judges, fault, status, decisionMs = 0, clientAddress, trace } = event
      if (decision !== undefined) {
        const measured = { durationMs: decisionMs, isEveryLogged: accessLog }
        const asked = { decide, judges }
        onDecision({ decision, request, status, via: 'gateway', clientAddress, trace, ...measured, ...asked })
      }
      // A denial is logged already.
      if (fault === undefined && (!accessLog || decision?.outcome === 'deny')) return
      if (fault !== undefined && !accessLog && sampling?.admits(fault, event, clientAddress) === false) return
      const isWritten = logger[levelOf(event)](fieldsOf(event), messageOf(event))
      if (!isWritten && fault !== undefined) sampling?.lost(fault)
    },
    onLimitReached(listener, { open, limit, closedIdle, refused }) {
      logger.warn(
        { event: 'connections_full', listener, open, limit, closed_idle: closedIdle, refused },
        'the gateway has as many connections as it may',
      )
    },
    onOverload(listener, { heldBytes, closed }) {
      logger.warn(
        { event: 'memory_full', listener, held_bytes: heldBytes, closed },
        'connections were closed because all of them together held more than `max_held_bytes`',
      )
    },
    onName: (event) => logName(logger, event),
    onServer: (event) => logServer(logger, event),
  }
}

/** Distinguishes faults of one kind in the log. */
export const kindOfExchange = ({ route, upstream, server }: ExchangeEvent): string =>
  `${route}\n${upstream}\n${server}`

function logName(logger: Logger, event: NameEvent): void {
  const { type, ...fields } = event
  const line = { event: type, ...fields }
  switch (event.type) {
    case 'addresses_changed':
      return void logger.info(line, 'the addresses of a server changed')
    case 'resolve_failed':
      return void logger.warn(line, 'the name of a server cannot be resolved')
    case 'resolve_recovered':
      return void logger.info(line, 'the name of a server is resolved again')
  }
}

function logServer(logger: Logger, event: ServerEvent): void {
  const { type, upstream, server, address } = event
  const line = { event: type, upstream, server, address }
  switch (event.type) {
    case 'server_ejected':
      return void logger.warn({ ...line, for_ms: event.forMs }, 'a server failed too often and is left alone')
    case 'server_down':
      return void logger.warn(line, 'the health check of a server failed; it is left alone')
    case 'server_up':
      return void logger.info(line, 'the health check of a server succeeds again')
  }
}

const messageOf = ({ decision, fault, status }: ExchangeEvent): string => {
  if (fault !== undefined) return `not forwarded: ${fault}`
  if (decision !== undefined) return 'forwarded'
  return status === 308 ? 'redirected' : 'answered a preflight'
}

// Faults of clients need no action; faults of upstreams concern the operator.
const CLIENT_FAULTS: ReadonlySet<string> = new Set([
  'bad_request',
  'body_too_large',
  'rate_limited',
  'origin_not_allowed',
  'request_timeout',
  'client_closed',
])

const levelOf = ({ fault }: ExchangeEvent): 'info' | 'warn' =>
  fault === undefined || CLIENT_FAULTS.has(fault) ? 'info' : 'warn'

function fieldsOf(event: ExchangeEvent): LogFields {
  const { request, decision, detail } = event
  return {
    event: 'gateway',
    id: event.id,
    trace_id: event.trace?.traceId,
    via: 'gateway',
    client: event.clientAddress,
    status: event.status,
    fault: event.fault,
    detail: detail === undefined ? undefined : redact(detail),
    route: event.route,
    policy: decision?.policy,
    issuer: decision?.issuer,
    upstream: event.upstream,
    server: event.server,
    address: event.address,
    // Left out where there were none.
    retries: event.retries === 0 ? undefined : event.retries,
    method: request === undefined ? undefined : withoutTokens(request.method),
    host: request === undefined ? undefined : redact(request.host),
    // The query is left out: it may hold a token or a person's data.
    path: request === undefined ? undefined : redact(request.path),
    ms: rounded(event.durationMs),
    upstream_ms: event.upstreamMs === undefined ? undefined : rounded(event.upstreamMs),
    request_bytes: event.requestBytes,
    response_bytes: event.responseBytes,
  }
}

/** To a tenth of a millisecond. */
const rounded = (ms: number): number => Math.round(ms * 10) / 10
