/**
 * Answers to browsers about requests from other origins (https://fetch.spec.whatwg.org/#http-cors-protocol). They
 * protect the browser's user alone: whether a request is allowed is up to the decision, with or without an `Origin`.
 */
import type { ClientRequest } from './client/client-request.ts'
import type { CorsSettings } from '../settings/cors/definition.ts'
import { valuesOf } from '../http/messages/header-fields.ts'
import { faultAnswer, type OwnAnswer } from './exchange/own-answer.ts'

/** Headers of an answer, by name. */
export type CorsHeaders = Readonly<Record<string, string>>

export type CorsRule = ReturnType<typeof compileCors>

export function compileCors(settings: CorsSettings) {
  const { origins, methods, headers, expose, credentials, maxAgeMs } = settings
  const allowsAll = origins.includes('*')
  const exact = new Set(origins)
  const wildcards = origins.filter((origin) => origin.includes('://*.')).map(toWildcard)
  const allows = (origin: string): boolean =>
    allowsAll || exact.has(origin) || wildcards.some((wildcard) => wildcard(origin))
  const withCredentials = credentials ? { 'Access-Control-Allow-Credentials': 'true' } : undefined
  // Without it a cache would hand the answer for one origin to the others.
  const vary = allowsAll ? undefined : { Vary: 'Origin' }
  const allowed = (origin: string): CorsHeaders => ({
    'Access-Control-Allow-Origin': allowsAll ? '*' : origin,
    ...withCredentials,
    ...vary,
  })
  const exposed = expose.length === 0 ? undefined : { 'Access-Control-Expose-Headers': expose.join(', ') }
  const preflight = {
    'Access-Control-Allow-Methods': methods.join(', '),
    ...(headers.length === 0 ? undefined : { 'Access-Control-Allow-Headers': headers.join(', ') }),
    'Access-Control-Max-Age': String(Math.floor(maxAgeMs / 1_000)),
  }
  return {
    /** Whether scripts of this origin may read answers. */
    allows,
    /** Headers of every answer to a request with this origin. */
    answerHeaders: (origin: string | undefined): CorsHeaders =>
      origin === undefined || !allows(origin) ? (vary ?? {}) : { ...allowed(origin), ...exposed },
    /** The answer to a preflight of an origin that may ask. */
    preflightAnswer: (origin: string): OwnAnswer => ({
      status: 204,
      headers: { ...allowed(origin), ...preflight },
    }),
  }
}

/** `https://*.example.com`: hosts at any depth below, of the same scheme and port; not the host itself. */
function toWildcard(pattern: string): (origin: string) => boolean {
  const [scheme = '', suffix = ''] = pattern.split('*')
  return (origin) =>
    origin.length > scheme.length + suffix.length &&
    origin.startsWith(scheme) &&
    origin.endsWith(suffix) &&
    LABELS.test(origin.slice(scheme.length, -suffix.length))
}

const LABELS = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/

/** Headers about other origins for every answer on a route; undefined if the route has no `cors`. */
export const corsHeadersFor = (request: ClientRequest, rule: CorsRule | undefined): CorsHeaders | undefined =>
  rule?.answerHeaders(originOf(request))

/**
 * The answer to a preflight, and to a WebSocket of a page that may not open one; undefined for all other requests.
 *
 * @param rule Of the route that the request is about: for a preflight, the route of the request behind it.
 */
export function answerForOrigin(
  request: ClientRequest,
  rule: CorsRule,
  isPreflight: boolean,
): OwnAnswer | undefined {
  const origin = originOf(request)
  if (origin === undefined || !(isPreflight || request.head.webSocketKey !== undefined)) return undefined
  const mayAsk = isPreflight ? rule.allows(origin) : !isForeignWebSocket(request, origin, rule)
  if (!mayAsk) return { ...faultAnswer('origin_not_allowed', origin), headers: rule.answerHeaders(origin) }
  return isPreflight ? rule.preflightAnswer(origin) : undefined
}

/** The origin of the page that asks, as browsers send it. Several are one text that no origin is. */
function originOf({ head }: ClientRequest): string | undefined {
  const values = valuesOf(head.fields, 'origin')
  return values.length === 0 ? undefined : values.join(', ')
}

/** The method that a preflight asks about; undefined if a request is no preflight. */
export function preflightMethod(request: ClientRequest): string | undefined {
  const { method, framing, fields } = request.head
  if (method !== 'OPTIONS' || framing.kind !== 'none') return undefined
  const methods = valuesOf(fields, 'access-control-request-method')
  return methods.length === 1 && originOf(request) !== undefined ? methods[0] : undefined
}

/**
 * Whether the page that opens a WebSocket has another origin that is not listed. Browsers open one without a preflight,
 * and send cookies with it (RFC 6455 §10.2); so here the list of origins denies, though elsewhere it only informs.
 */
function isForeignWebSocket({ head, forwarded }: ClientRequest, origin: string, rule: CorsRule): boolean {
  return origin !== `${forwarded.proto}://${head.authority.toLowerCase()}` && !rule.allows(origin)
}
