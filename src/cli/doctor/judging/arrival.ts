/** How far a request came, judged by its answer. */
import { answerValues, type Answer } from '../asking/answer.ts'
import type { AskedRequest } from '../asking/asked-request.ts'
import { isEchoed, readEchoed, type Echoed } from './echoed.ts'

export type Arrival =
  /** At the application. `echoed`: what it was sent, if that is known. */
  | { readonly kind: 'arrived'; readonly echoed?: Echoed }
  /** Warder denied it. */
  | { readonly kind: 'denied'; readonly reason: string }
  /** There was no decision, or it could not be put into effect. */
  | { readonly kind: 'undecided'; readonly reason: string }
  /** Never at the application: the proxy refused it. */
  | { readonly kind: 'refused' }
  /** The application may have answered, or the proxy. */
  | { readonly kind: 'unclear' }

/** A request and what became of it. */
export interface ProbeExchange {
  readonly request: AskedRequest
  readonly answer: Answer
  readonly arrival: Arrival
  /** Of the decision, where a probe needs it: null if nobody named one; undefined if it is unknown. */
  readonly client?: string | null | undefined
}

/** Codes of `X-Decision-Reason` that say nothing about the request: outages of Warder, of its issuers, of servers. */
const OUTAGES: ReadonlySet<string> = new Set([
  'keys_unavailable',
  'introspection_unavailable',
  'auth_service_unavailable',
  'overloaded',
  'internal_error',
  'proxy_error',
  'rate_limited',
  'no_server',
  'connect_failed',
  'response_timeout',
  'idle_timeout',
  'total_timeout',
  'upstream_closed',
  'upstream_invalid',
])
/** What the gateway refuses before it decides. */
const REFUSALS: ReadonlySet<string> = new Set(['bad_request', 'body_too_large', 'request_timeout'])
/** Answers of the gateway itself that have an id and no reason: to preflights, and redirects to https. */
const OWN_STATUSES: ReadonlySet<number> = new Set([204, 308])

/**
 * @param hasEcho The application is known to be `warder echo`: what is refused without its mark never reached it. A
 *   success without its mark is another application's, or unclear.
 */
export function arrivalOf(answer: Answer, hasEcho: boolean): Arrival {
  if (isEchoed(answer)) {
    const echoed = readEchoed(answer)
    return echoed === undefined ? { kind: 'arrived' } : { kind: 'arrived', echoed }
  }
  const [reason] = answerValues(answer, 'x-decision-reason')
  // With a success, it is not what a denial looks like.
  if (reason !== undefined && answer.status >= 300) {
    if (REFUSALS.has(reason)) return { kind: 'refused' }
    return { kind: OUTAGES.has(reason) ? 'undecided' : 'denied', reason }
  }
  // The request may still be on its way.
  if (answer.fault === 'late' || answer.fault === 'no_connection') return { kind: 'unclear' }
  // The gateway gives an id to every answer, and a reason to every denial.
  if (reason === undefined && answerValues(answer, 'x-decision-id').length > 0)
    return { kind: OWN_STATUSES.has(answer.status) ? 'refused' : 'arrived' }
  if (isSuccess(answer.status)) return { kind: reason === undefined ? 'arrived' : 'unclear' }
  return { kind: hasEcho && isRefusal(answer) ? 'refused' : 'unclear' }
}

/** Not 204: proxies answer so themselves. */
const isSuccess = (status: number): boolean =>
  status === 101 || (status >= 200 && status < 300 && status !== 204)

/** 429 and most of 5xx depend on the moment; the same request may pass in the next. */
const isRefusal = ({ status, fault }: Answer): boolean =>
  fault === 'closed' || (status >= 400 && status < 500 && status !== 429) || status === 501 || status === 505

const FAULTS: Readonly<Record<NonNullable<Answer['fault']>, string>> = {
  closed: 'connection closed',
  late: 'no answer in time',
  invalid: 'unreadable answer',
  no_connection: 'no connection',
}

/** One exchange in a few words: `401 token_missing`. */
export function outcomeOf({ answer, arrival }: ProbeExchange): string {
  const status = answer.fault === undefined ? String(answer.status) : FAULTS[answer.fault]
  switch (arrival.kind) {
    case 'denied':
    case 'undecided':
      return `${status} ${arrival.reason}`
    case 'refused':
      return `${status} by the proxy`
    case 'arrived':
      return `${status} by the application`
    case 'unclear':
      return answer.fault === undefined ? `${status} by the proxy or the application` : status
  }
}

/** The different outcomes, at most three. */
export function outcomesOf(exchanges: readonly ProbeExchange[]): string {
  const all = [...new Set(exchanges.map(outcomeOf))]
  return all.length > 3 ? `${all.slice(0, 3).join(', ')}, …` : all.join(', ')
}
