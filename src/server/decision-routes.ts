/** The paths of the decision listener, and what happens on each: parse, decide, render. Everything else is 404. */
import type { Caller, CallerAnswer, Dialect } from '../callers/caller.ts'
import { DIALECTS, endpointPath, FOREIGN_CALLERS, TOKEN_CALLER } from '../callers/callers.ts'
import { denyUnread, type Decide } from '../decision/decide.ts'
import type { Decision } from '../decision/decision.ts'
import type { Guard } from '../decision/guard.ts'
import { announcesBody, type RequestHead } from '../http/messages/request-head.ts'
import type { DecisionEvent } from '../observe/decision-log.ts'
import type { Policy } from '../policy/compile-policy.ts'
import type { AuthzRequest } from '../request/authz-request.ts'
import type { EndpointSettings } from '../settings/definition.ts'
import { lastAddress } from '../syntax/client-address.ts'
import { believed, DecisionMade, type ReadClient } from './decision-made.ts'
import type { Endpoint, Endpoints } from './endpoint-handler.ts'
import type { IsTrustedCaller } from './trusted-callers.ts'

/** A guard in service. */
export interface DecisionService {
  readonly guard: Guard
  readonly decide: Decide
  /** Undefined if everybody may ask. */
  readonly isTrusted: IsTrustedCaller | undefined
  readonly newId: () => string
  /** A clock that never goes back, in milliseconds. */
  readonly monotonicMs: () => number
  readonly onDecision: (event: DecisionEvent) => void
  /** Called when a request announced a body, with what to change in the proxy. */
  readonly onUnreadBody: (hint: string) => void
}

/**
 * Endpoints by exact path, or by what `endpointOf` finds before the original path. The policy comes from the path only:
 * with some proxies, a client's query reaches the auth URL.
 */
export function decisionRoutes(service: DecisionService, endpoints: readonly EndpointSettings[]): Endpoints {
  const routes = new Map<string, Endpoint>()
  const add = (caller: Caller & Pick<Dialect, 'policyEndpoint'>, unnamed: Policy | undefined): void => {
    for (const policy of [undefined, ...service.guard.policies.values()]) {
      const path = endpointPath(caller, policy?.name)
      const endpoint = createEndpoint(service, caller, policy ?? unnamed)
      routes.set(path, endpoint)
      // The original path follows.
      if (caller.policyEndpoint !== undefined) routes.set(`${path}/`, endpoint)
    }
  }
  for (const dialect of DIALECTS) add(dialect, undefined)
  // Without an original request there is nothing for the routes to match.
  add(TOKEN_CALLER, service.guard.anyValidToken)
  for (const { path, dialect, policy, clientHeader } of endpoints) {
    const named = service.guard.policies.get(policy)
    if (named === undefined) throw new TypeError(`no policy named ${policy}`)
    const foreign = FOREIGN_CALLERS[dialect]
    const caller = clientHeader === undefined ? foreign : { ...foreign, clientOf: inHeader(clientHeader) }
    const endpoint = createEndpoint(service, caller, named)
    for (const spelling of spellingsOf(path)) routes.set(spelling, endpoint)
  }
  return routes
}

function inHeader(name: string): Caller['clientOf'] {
  const lower = name.toLowerCase()
  return (headers) => lastAddress(headers.get(lower))
}

/** The setting is decoded, and callers do not agree on which visible characters they escape. */
const spellingsOf = (path: string): readonly string[] => [
  path,
  encodeURI(path.toWellFormed()),
  new URL(path, 'http://warder').pathname,
]

/** What the requests of one endpoint have in common. */
interface Asking {
  readonly service: DecisionService
  readonly caller: Caller
  readonly readClient: ReadClient<RequestHead>
  /** Named by the endpoint; undefined: the routes decide which. */
  readonly policy: Policy | undefined
  readonly isTrusted: boolean
}

/** @param policy The policy named by the endpoint's path; undefined asks the routes. */
function createEndpoint(service: DecisionService, caller: Caller, policy: Policy | undefined): Endpoint {
  const { guard, decide, monotonicMs, isTrusted } = service
  const readClient = believed<RequestHead>(isTrusted !== undefined, ({ headers }) => caller.clientOf(headers))
  const asking: Asking = { service, caller, readClient, policy, isTrusted: true }
  const untrusted: Asking = { ...asking, readClient: () => undefined, isTrusted: false }
  return (arrived, peer) => {
    const startedMs = monotonicMs()
    if (isTrusted?.(peer, arrived.headers) === false) {
      const decision = denyUnread(guard, { reason: 'caller_untrusted', peer }, service.newId())
      return respond(untrusted, arrived, peer, undefined, decision, startedMs)
    }
    const parsed = caller.parse(arrived)
    if (!parsed.ok) {
      const decision = denyUnread(guard, parsed.error, service.newId())
      return respond(asking, arrived, peer, undefined, decision, startedMs)
    }
    const request = parsed.value
    const decision = decide({ request, policy })
    return decision instanceof Promise
      ? respondLater(asking, arrived, peer, request, decision, startedMs)
      : respond(asking, arrived, peer, request, decision, startedMs)
  }
}

/** Its closure is its own: an answer that waits for nothing makes none. */
const respondLater = (
  asking: Asking,
  arrived: RequestHead,
  peer: string,
  request: AuthzRequest,
  decision: Promise<Decision>,
  startedMs: number,
): Promise<CallerAnswer> =>
  decision.then((decided) => respond(asking, arrived, peer, request, decided, startedMs))

function respond(
  { service, caller, readClient, policy, isTrusted }: Asking,
  arrived: RequestHead,
  peer: string,
  request: AuthzRequest | undefined,
  decision: Decision,
  startedMs: number,
): CallerAnswer {
  const answer = caller.render(decision, service.guard.identityNames)
  const durationMs = service.monotonicMs() - startedMs
  const decide = request && service.decide
  const { status } = answer
  // What describes no request may still be a part of its caller's trace.
  const callerFields = request === undefined && isTrusted ? arrived.headers : undefined
  const facts = { decision, status, request, via: caller.name, durationMs, decide, policy, callerFields }
  service.onDecision(new DecisionMade(facts, arrived, peer, readClient))
  if (announcesBody(arrived)) service.onUnreadBody(caller.noBodyHint)
  return answer
}
