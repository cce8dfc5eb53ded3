/** What the client is told of each fault, and what may be tried again. */
import type { GatewayFault } from '../gateway-event.ts'
import type { RequestHead } from '../http/request-head.ts'

/** Total over {@link GatewayFault}. 0: there is nobody left to tell. */
export const FAULT_STATUS: Readonly<Record<GatewayFault, number>> = {
  bad_request: 400,
  body_too_large: 413,
  rate_limited: 429,
  origin_not_allowed: 403,
  request_timeout: 408,
  client_closed: 0,
  no_server: 503,
  connect_failed: 502,
  response_timeout: 504,
  idle_timeout: 504,
  total_timeout: 504,
  upstream_closed: 502,
  upstream_invalid: 502,
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** Whether a request may be sent again when nobody knows if it has arrived (RFC 9110 §9.2.2). */
export const isRepeatable = ({ method, framing }: RequestHead): boolean =>
  IDEMPOTENT.has(method) && framing.kind === 'none'
