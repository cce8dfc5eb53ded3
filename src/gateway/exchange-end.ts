/** How an exchange ends, and what the client is told of each fault. */
import type { GatewayFault } from './gateway-event.ts'
import type { RequestHead } from './request-head.ts'

/** What is left when an exchange has ended. */
export interface ExchangeEnd {
  /** Bytes of the client that follow the request. */
  readonly rest: Buffer
  /** `next`: another request may follow. `close`: after what was sent. `gone`: nothing can be said any more. */
  readonly connection: 'next' | 'close' | 'gone'
}

/** Total over {@link GatewayFault}. 0: there is nobody left to tell. */
export const FAULT_STATUS: Readonly<Record<GatewayFault, number>> = {
  bad_request: 400,
  body_too_large: 413,
  rate_limited: 429,
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

/** Nothing is left. */
export const NO_BYTES: Buffer = Buffer.alloc(0)

/** The client is gone, or must be. */
export const GONE: ExchangeEnd = { rest: NO_BYTES, connection: 'gone' }

/** Told once that an exchange has ended. */
export type Ended = (end: ExchangeEnd) => void
