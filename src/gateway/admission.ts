/**
 * What happens to a request before any server is asked. Its route is found once, and everything after goes by it:
 * limits, redirect, other origins, judges.
 */
import type { FoundRoute } from '../decision/find-route.ts'
import type { AuthzRequest } from '../request/authz-request.ts'
import type { ClientRequest } from './client/client-request.ts'
import { answerForOrigin, corsHeadersFor, preflightMethod, type CorsHeaders } from './cors.ts'
import type { Destination } from './destination.ts'
import { denialAnswer, httpsRedirect, tooManyRequests, type OwnAnswer } from './exchange/own-answer.ts'
import type { GatewayInput } from './gateway-input.ts'
import { askJudges } from './judges/ask-judges.ts'
import type { Judgement } from './judges/judge.ts'
import { askCore } from './judges/policy-judge.ts'
import type { LimitResult, RequestLimits } from './limits/request-limits.ts'

export interface Admission {
  /** Of the decision; a new one if there is no decision. */
  readonly id: string
  /** Name of the route that its limits and judges come from; undefined if there is none. */
  readonly route: string | undefined
  /** Undefined if the request was answered before it was judged. */
  readonly judgement: Judgement | undefined
  /** Undefined if the route has no upstream. */
  readonly destination: Destination | undefined
  /** Undefined if the request is to be forwarded. */
  readonly answer: OwnAnswer | undefined
  /** For the answer to a forwarded request, by a server or not; undefined if the route has no `cors`. */
  readonly corsHeaders: CorsHeaders | undefined
}

/**
 * Decides whether a request is forwarded.
 *
 * @param settled Called once, perhaps at once.
 * @returns Cancels: no further judge is asked, and `settled` is not called.
 */
export type Admit = (request: ClientRequest, settled: (admission: Admission) => void) => () => void

/** What a listener does with the requests of one route. */
export interface RouteRules {
  readonly destination: Destination | undefined
  /** Undefined if no limit applies. */
  readonly limits: RequestLimits | undefined
}

export interface AdmissionRules extends Pick<GatewayInput, 'decide' | 'findRoute' | 'newId'> {
  /** How many identity headers there are. */
  readonly identityCount: number
  /** By name of the route. */
  readonly routes: ReadonlyMap<string, RouteRules>
  /** For requests of no route in `routes`. */
  readonly unrouted: RouteRules
  /** Whether any route has `cors`. */
  readonly hasCors: boolean
  /** Port with TLS, if this listener only redirects there. */
  readonly redirectPort: number | undefined
}

const NOTHING = (): void => {}

export function createAdmit(rules: AdmissionRules): Admit {
  const { newId, redirectPort } = rules
  return (request, settled) => {
    const own = routed(request.authz, rules)
    const preflight = rules.hasCors ? routedPreflight(request, rules) : undefined
    const { limits, destination, name: route } = preflight ?? own
    const cors = destination?.cors
    let cancel = NOTHING
    let isCancelled = false
    const answer = (answered: OwnAnswer): void =>
      settled({ ...UNJUDGED, id: newId(), route, answer: answered })
    const judged = (judgement: Judgement): void =>
      onLimitResult(limits?.after(request, judgement), (exceeded) => {
        if (isCancelled) return
        const corsHeaders = corsHeadersFor(request, cors)
        const denial = exceeded === undefined ? denialAnswer(judgement) : tooManyRequests(exceeded)
        const withCors = denial && withHeaders(denial, corsHeaders)
        settled({ id: judgement.decision.id, route, judgement, destination, answer: withCors, corsHeaders })
      })
    onLimitResult(limits?.before(request), (exceeded) => {
      if (isCancelled) return
      const instead =
        exceeded === undefined ? redirect(request, own, redirectPort) : tooManyRequests(exceeded)
      if (instead !== undefined) return answer(withHeaders(instead, corsHeadersFor(request, cors)))
      const forOrigin = cors && answerForOrigin(request, cors, preflight !== undefined)
      if (forOrigin === undefined) cancel = judge(request, own, rules, judged)
      else answer(forOrigin)
    })
    return () => {
      isCancelled = true
      cancel()
    }
  }
}

const UNJUDGED = { judgement: undefined, destination: undefined, corsHeaders: undefined } as const

/** A request with its route, and what the listener does with it. */
interface RoutedRequest extends RouteRules {
  readonly found: FoundRoute
  /** Of the route; undefined if no route matches, or the request has more than one reading. */
  readonly name: string | undefined
}

function routed(request: AuthzRequest, { findRoute, routes, unrouted }: AdmissionRules): RoutedRequest {
  const found = findRoute(request)
  const name = found.ok ? found.value?.name : undefined
  const { destination, limits } = (name === undefined ? undefined : routes.get(name)) ?? unrouted
  return { found, name, destination, limits }
}

/** A preflight is about the route that the request behind it will meet, whatever route its own method meets. */
function routedPreflight(request: ClientRequest, rules: AdmissionRules): RoutedRequest | undefined {
  const method = preflightMethod(request)
  const asked = method === undefined ? undefined : routed({ ...request.authz, method }, rules)
  // Without `cors` the application answers it, like any other request.
  return asked?.destination?.cors === undefined ? undefined : asked
}

/** Without a route the request is judged after all, and so denied: its `Host` may be any. */
const redirect = (
  request: ClientRequest,
  { name }: RoutedRequest,
  port: number | undefined,
): OwnAnswer | undefined =>
  port === undefined || name === undefined ? undefined : httpsRedirect(request, port)

/** By the judges of the route if only the gateway can ask them, else by the core. */
function judge(
  request: ClientRequest,
  { found, name, destination }: RoutedRequest,
  { decide, newId, identityCount }: AdmissionRules,
  settled: (judgement: Judgement) => void,
): () => void {
  const isPreflight = found.ok && found.value?.access.kind === 'preflight'
  const judges = isPreflight ? undefined : destination?.judges?.inOrder
  if (judges !== undefined)
    return askJudges(judges, request, { id: newId(), route: name }, identityCount, settled)
  return askCore(decide, { request: request.authz, policy: undefined, found }, (decision) =>
    settled({ decision, grant: undefined }),
  )
}

function withHeaders(answer: OwnAnswer, more: CorsHeaders | undefined): OwnAnswer {
  return more === undefined ? answer : { ...answer, headers: { ...answer.headers, ...more } }
}

function onLimitResult(
  result: LimitResult | Promise<LimitResult>,
  next: (exceeded: LimitResult) => void,
): void {
  if (result instanceof Promise) void result.then(next)
  else next(result)
}
