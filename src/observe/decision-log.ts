/** One log line per denial, and per allowed request if wanted: enough to find out why, and nothing that could be replayed. */
import type { Decide, Question } from '../decision/decide.ts'
import type { Allow, Decision } from '../decision/decision.ts'
import { describeDenial } from '../decision/explain/describe-denial.ts'
import type { AuthzRequest, HeaderReader } from '../request/authz-request.ts'
import type { RequestTrace } from '../tracing/request-trace.ts'
import type { AskedJudge } from '../gateway/gateway-event.ts'
import type { LogFields } from './formats/line.ts'
import { withoutTokens } from '../without-tokens.ts'
import type { Logger } from './logger.ts'
import { denialFields } from './denial-fields.ts'
import { redact } from './redact.ts'
import { subjectFields } from './subjects.ts'
import type { Sampling } from './sampling.ts'

/** A decision that was made, for logs and metrics. */
export interface DecisionEvent {
  /** With the issuer, and whether the token was remembered. */
  readonly decision: Decision
  /** Status of the answer to the caller; some dialects have fewer statuses than decisions. */
  readonly status: number
  /** Undefined if the request could not be read. */
  readonly request: AuthzRequest | undefined
  /** Name of the dialect. */
  readonly via: string
  /** From the request to its decision, in milliseconds. */
  readonly durationMs: number
  /**
   * An IP address without a port, in one spelling; undefined if nobody who is trusted reports it. It may be parsed when it
   * is read, out of the request: read it at once and only if it is needed, and do not copy the event with a spread.
   */
  readonly clientAddress: string | undefined
  /** The operator wants a line for every request, also in a flood (`access_log`). */
  readonly isEveryLogged?: boolean
  /** Fields in which the caller may have written its own place in the trace, beside those of the request. */
  readonly callerFields?: HeaderReader | undefined
  /** Its place in a trace; undefined if it is not traced. Written once, before anybody else reads the event. */
  trace?: RequestTrace | undefined
  /** What decided, so that its steps can be run again; absent if no step ran. */
  readonly decide?: Decide | undefined
  /** The policy that the caller named, if any. */
  readonly policy?: Question['policy']
  /** The judges of the route that were asked, in their order, if it has any that only the gateway asks. */
  readonly judges?: readonly AskedJudge[] | undefined
}

/** What is logged about allowed requests. */
export interface AllowLog {
  /** Asked for each of them. */
  readonly mode: () => 'none' | 'sampled' | 'all'
  readonly sampling: Sampling<Decision>
}

/**
 * Logs denials: level `error` for Warder's own faults, `warn` for those of a proxy or a service, `info` for a client's;
 * and allowed requests, if they are wanted.
 *
 * @param sampling Default: every denial has a line.
 * @param allows Default: allowed requests have none.
 * @returns Whether the decision has a line.
 */
export function createDecisionLog(
  logger: Logger,
  sampling?: Sampling<Decision>,
  allows?: AllowLog,
): (event: DecisionEvent) => boolean {
  return (event) => {
    const { decision } = event
    if (decision.outcome === 'allow') return allows !== undefined && logAllow(logger, allows, event, decision)
    const { reason } = decision
    const client = event.clientAddress
    const mayBeLeftOut = sampling !== undefined && event.isEveryLogged !== true
    if (mayBeLeftOut && !sampling.admits(reason, decision, client)) return false
    const isWritten = logger[levelOf(reason)](fieldsOf(event, client), `denied: ${reason}`)
    if (!isWritten) sampling?.lost(reason)
    return isWritten
  }
}

function logAllow(
  logger: Logger,
  { mode, sampling }: AllowLog,
  event: DecisionEvent,
  { reason }: Allow,
): boolean {
  const wanted = mode()
  if (wanted === 'none') return false
  // Read once, because reading it may parse it; and not at all for the many that have no line.
  const client = event.clientAddress
  if (wanted === 'sampled' && !sampling.admits(reason, event.decision, client)) return false
  const isWritten = logger.info(fieldsOf(event, client), `allowed: ${reason}`)
  if (!isWritten && wanted === 'sampled') sampling.lost(reason)
  return isWritten
}

/** Distinguishes decisions of one reason in the log. */
export const kindOfDecision = ({ route, policy, issuer }: Decision): string =>
  `${route}\n${policy}\n${issuer}`

/** Longest name of a host, in characters. */
const MAX_HOST = 255

function fieldsOf(event: DecisionEvent, client: string | undefined): LogFields {
  const { decision, status, request, via, durationMs } = event
  const { id, reason, route, policy, issuer, isCacheHit } = decision
  const denial = decision.outcome === 'deny' ? decision.denial : undefined
  const detail = denial && describeDenial(denial)
  return {
    event: 'decision',
    outcome: decision.outcome,
    reason,
    status,
    id,
    trace_id: event.trace?.traceId,
    via,
    client,
    route,
    policy,
    issuer,
    cached: isCacheHit,
    method: request === undefined ? undefined : withoutTokens(request.method),
    host: request === undefined ? undefined : redact(request.host, MAX_HOST),
    // The query is left out: it may hold a token or a person's data.
    path: request === undefined ? undefined : redact(request.path),
    detail: detail === undefined ? undefined : redact(detail),
    ...(denial && denialFields(denial)),
    ...subjectFields(decision.subject),
    ms: Math.round(durationMs * 1_000) / 1_000,
  }
}

// The operator must correct these, in a proxy or in a service.
const OPERATORS_MATTER: ReadonlySet<string> = new Set([
  'origin_missing',
  'caller_untrusted',
  'keys_unavailable',
  'auth_service_not_asked',
  'judges_not_asked',
  'auth_service_failed',
])

function levelOf(reason: string): 'info' | 'warn' | 'error' {
  if (reason === 'internal_error') return 'error'
  return OPERATORS_MATTER.has(reason) ? 'warn' : 'info'
}
