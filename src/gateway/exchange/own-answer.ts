/** Answers that the gateway gives itself: denials, redirects, bad requests, and failures of servers. */
import { STATUS_PHRASES } from '../../http/messages/status-phrases.ts'
import { problemText } from '../../decision/problem.ts'
import type { DenyReason } from '../../decision/reasons.ts'
import type { ClientRequest } from '../client/client-request.ts'
import { FAULT_STATUS, type GatewayFault } from '../gateway-event.ts'
import type { FieldLine } from '../../http/messages/header-fields.ts'
import type { WholeAnswer } from '../../http/messages/whole-answer.ts'
import type { Judgement } from '../judges/judge.ts'
import type { ExceededLimit } from '../limits/request-limits.ts'

export interface OwnAnswer {
  readonly status: number
  /** Of a denial. */
  readonly reason?: DenyReason | undefined
  /** Why the gateway gave up; the reason that the client is given, unless there is another one. */
  readonly fault?: GatewayFault | undefined
  /** More about the fault, for the log alone. */
  readonly detail?: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Headers of which there may be several: challenges, cookies. */
  readonly fields?: readonly FieldLine[]
}

/** The answer as it is sent. */
export const toWholeAnswer = (own: OwnAnswer, id: string): WholeAnswer => ({
  status: own.status,
  fields: [...(own.status === 204 ? [] : [PROBLEM]), ...ownFields(own, id)],
  body: bodyOf(own, id),
})

/**
 * An RFC 9457 problem. It names the status, the reason and the decision's id, by which the operator finds more in the
 * log; nothing of the configuration, the upstream or the token. Empty if the status has no body.
 */
function bodyOf({ status, fault, reason }: OwnAnswer, id: string): string {
  if (status === 204) return ''
  const title = STATUS_PHRASES[status] ?? ''
  const code = reason ?? fault
  if (code !== undefined) return problemText({ status, title, code, decisionId: id })
  return `${JSON.stringify({ type: 'about:blank', title, status, decision_id: id })}\n`
}

const PROBLEM: FieldLine = { name: 'Content-Type', value: 'application/problem+json' }

/** The header fields of an own answer, in whatever form it is sent. */
export function ownFields(
  { fault, reason, headers, fields = [] }: OwnAnswer,
  id: string,
): readonly FieldLine[] {
  const code = reason ?? fault
  return [
    ...(code === undefined ? [] : [{ name: 'X-Decision-Reason', value: code }]),
    ...Object.entries(headers).map(([name, value]) => ({ name, value })),
    ...fields,
    { name: 'Cache-Control', value: 'no-store' },
    { name: 'X-Decision-Id', value: id },
  ]
}

export const faultAnswer = (fault: GatewayFault, detail?: string): OwnAnswer => ({
  status: FAULT_STATUS[fault],
  fault,
  detail,
  headers: {},
})

/**
 * The answer to a denied request: the status, the reason's code, the challenge, and when to try again; if an auth
 * service denied, also its challenges and cookies. Undefined if the request was allowed.
 */
export function denialAnswer({ decision, authDenial }: Judgement): OwnAnswer | undefined {
  if (decision.outcome === 'allow') return undefined
  const { status, reason, challenge, retryAfterSeconds } = decision
  const headers: Record<string, string> = {}
  if (challenge !== undefined) headers['WWW-Authenticate'] = challenge
  if (retryAfterSeconds !== undefined) headers['Retry-After'] = String(retryAfterSeconds)
  if (authDenial === undefined) return { status, reason, headers }
  const { challenges, cookies, location } = authDenial
  const fields = cookieFields(cookies)
  if (location !== undefined)
    return { status: 302, reason, headers: { ...headers, Location: location }, fields }
  const named = challenges.map((value) => ({ name: 'WWW-Authenticate', value }))
  return { status, reason, headers, fields: [...named, ...fields] }
}

/**
 * Only `Retry-After` (RFC 9110 §10.2.3). The `RateLimit` fields are a draft whose syntax has changed with every
 * version, and they would reveal to an attacker how many guesses are left.
 */
export const tooManyRequests = ({ limit, seconds }: ExceededLimit): OwnAnswer => ({
  ...faultAnswer('rate_limited', limit.label),
  headers: { 'Retry-After': String(seconds) },
})

const HTTPS_PORT = 443

/**
 * 308 (RFC 9110 §15.4.9), by which the method and the body stay. The host is the one that a route was found for, in
 * the form in which it was matched; path and query are the client's bytes.
 */
export function httpsRedirect({ head, authz }: ClientRequest, port: number): OwnAnswer {
  if (head.authority === '') return faultAnswer('bad_request', 'no Host to redirect to')
  const authority = port === HTTPS_PORT ? authz.host : `${authz.host}:${port}`
  const query = head.query === undefined ? '' : `?${head.query}`
  return { status: 308, headers: { Location: `https://${authority}${head.path}${query}` } }
}

/** @param values Of `Set-Cookie`. */
export const cookieFields = (values: readonly string[]): readonly FieldLine[] =>
  values.map((value) => ({ name: 'Set-Cookie', value }))
