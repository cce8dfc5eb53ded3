/** The paths of the decision listener. Everything else is 404, never 2xx. */
import { endpointPath, FOREIGN_CALLERS, PROXIES, TOKEN_CALLER } from '../callers/callers.ts'
import type { EndpointSettings } from '../settings/definition.ts'
import { createDecisionHandler, type DecisionService, type HttpHandler } from './decision-handler.ts'

/** Handlers by exact path. The policy comes from the path and nowhere else: a client's query reaches some proxies' auth URL. */
export function decisionRoutes(
  service: DecisionService,
  endpoints: readonly EndpointSettings[],
): Readonly<Record<string, HttpHandler>> {
  const routes: Record<string, HttpHandler> = {}
  for (const caller of [...PROXIES, TOKEN_CALLER]) {
    // Without an original request there is nothing for the routes to match.
    const policy = caller === TOKEN_CALLER ? service.guard.anyValidToken : undefined
    routes[endpointPath(caller)] = createDecisionHandler(service, caller, policy)
    for (const named of service.guard.policies.values()) {
      routes[endpointPath(caller, named.name)] = createDecisionHandler(service, caller, named)
    }
  }
  for (const { path, dialect, policy } of endpoints) {
    const named = service.guard.policies.get(policy)
    if (named === undefined) throw new TypeError(`no policy named ${policy}`)
    // Written decoded; the runtime gives URLs in their normal form, with escapes.
    const route = new URL(path, 'http://warder').pathname
    routes[route] = createDecisionHandler(service, FOREIGN_CALLERS[dialect], named)
  }
  return routes
}
