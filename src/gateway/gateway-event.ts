/** What the gateway reports about an exchange that has ended. */
import type { Decide } from '../decision/decide.ts'
import type { Decision } from '../decision/decision.ts'
import type { Policy } from '../policy/compile-policy.ts'
import type { AuthzRequest } from '../request/authz-request.ts'
import type { RequestTrace } from '../tracing/request-trace.ts'
import type { JudgeInput, Verdict } from './judges/judge.ts'

/** Status of the answer to each fault; 0: the client is gone. */
export const FAULT_STATUS = {
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
} as const

/** Why the gateway itself gave up on an exchange. A closed set for logs and metrics. */
export type GatewayFault = keyof typeof FAULT_STATUS

/** A judge that was asked about a request, with its answer. */
export interface AskedJudge {
  readonly kind: JudgeInput['kind']
  /** Undefined for judges of other kinds. */
  readonly policy: Policy | undefined
  readonly verdict: Verdict
}

export interface ExchangeEvent {
  readonly id: string
  /** Undefined if the request could not be read. */
  readonly request: AuthzRequest | undefined
  /** Name of the route; undefined if none matches, or the request could not be read. */
  readonly route: string | undefined
  /** Undefined if the request was not judged: it could not be read, or a limit or redirect answered it. */
  readonly decision: Decision | undefined
  /** What decided, or asked the judges; undefined without a decision. */
  readonly decide: Decide | undefined
  /** Undefined if the core decided. */
  readonly judges: readonly AskedJudge[] | undefined
  /** By the trusted proxies, if it came through any; undefined if it is unknown. */
  readonly clientAddress: string | undefined
  /** Status that the client was sent; 0 if the client was gone before. */
  readonly status: number
  /** Name of the upstream, and URL of its server as configured. */
  readonly upstream: string | undefined
  readonly server: string | undefined
  /** The address of that server's name; undefined if the configuration has an address or a socket. */
  readonly address: string | undefined
  /** Attempts to reach a server after the first. */
  readonly retries: number
  readonly fault: GatewayFault | undefined
  /** For the operator: more about the fault. */
  readonly detail: string | undefined
  readonly durationMs: number
  /** From the request's head to its decision, limits and judges included; undefined without a decision. */
  readonly decisionMs: number | undefined
  /** From the request's head on its way to the first byte of the server's answer; undefined if none came. */
  readonly upstreamMs: number | undefined
  readonly requestBytes: number
  readonly responseBytes: number
  /** Its place in a trace; absent if there is no tracing. */
  readonly trace?: RequestTrace | undefined
}
