/** The attributes of spans: OpenTelemetry's names where it has any, else Warder's. No claims, no query, no token. */
import type { Decision } from '../../decision/decision.ts'
import type { ExchangeEvent } from '../../gateway/gateway-event.ts'
import type { AuthzRequest } from '../../request/authz-request.ts'
import type { SpanAttributes } from '../../tracing/span.ts'
import type { DecisionEvent } from '../decision-log.ts'

/** Other methods are `_OTHER`, so that clients do not choose the names of spans. */
const METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
])

/** @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
const requestAttributes = (request: AuthzRequest | undefined): SpanAttributes => {
  if (request === undefined) return {}
  const { method, scheme, host, path } = request
  const isKnown = METHODS.has(method)
  return {
    'http.request.method': isKnown ? method : '_OTHER',
    'http.request.method_original': isKnown ? undefined : method,
    'url.scheme': scheme,
    'server.address': host,
    // Not the query: it may hold a token or a person's data.
    'url.path': path,
  }
}

export const decisionAttributes = (decision: Decision, caller: string): SpanAttributes => ({
  'warder.outcome': decision.outcome,
  'warder.reason': decision.reason,
  'warder.route': decision.route,
  'warder.policy': decision.policy,
  'warder.issuer': decision.issuer,
  'warder.caller': caller,
  'warder.decision.id': decision.id,
  'warder.cached': decision.isCacheHit,
})

/** Only a fault of Warder's own is an error: a denial is what Warder is for. */
export const decisionError = (decision: Decision): string | undefined =>
  decision.reason === 'internal_error' ? decision.reason : undefined

export function decisionEventAttributes(event: DecisionEvent): SpanAttributes {
  const { decision, request, status, via, clientAddress } = event
  return {
    ...requestAttributes(request),
    'http.response.status_code': status,
    'client.address': clientAddress,
    'error.type': decisionError(decision),
    ...decisionAttributes(decision, via),
  }
}

const SERVER_ERROR = 500

/** Why the gateway has failed; undefined: it has not. */
export const exchangeError = ({ status, fault, decision }: ExchangeEvent): string | undefined => {
  if (decision !== undefined && decisionError(decision) !== undefined) return decision.reason
  return status >= SERVER_ERROR ? (fault ?? String(status)) : undefined
}

export const exchangeAttributes = (event: ExchangeEvent): SpanAttributes => ({
  ...requestAttributes(event.request),
  'http.response.status_code': event.status === 0 ? undefined : event.status,
  'http.request.body.size': event.requestBytes,
  'http.response.body.size': event.responseBytes,
  'client.address': event.clientAddress,
  'error.type': exchangeError(event),
  'warder.route': event.decision?.route,
  'warder.upstream': event.upstream,
  'warder.fault': event.fault,
  'warder.decision.id': event.id,
})

/** Few: a method, and a route of the configuration. */
export function exchangeName({ request, decision }: ExchangeEvent): string {
  const method = request !== undefined && METHODS.has(request.method) ? request.method : 'HTTP'
  return decision?.route === undefined ? method : `${method} ${decision.route}`
}
