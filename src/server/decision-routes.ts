/** The paths of the decision listener. Everything else is 404, never 2xx. */
import type { Caller } from '../callers/caller.ts'
import { jwtauthrequest } from '../callers/jwtauthrequest.ts'
import { nginx } from '../callers/nginx/dialect.ts'
import { token } from '../callers/token.ts'
import { createDecisionHandler, type DecisionService, type HttpHandler } from './decision-handler.ts'

/** A decision endpoint with another system's contract, at a path of its own. */
export interface ExtraEndpoint {
  readonly path: string
  readonly dialect: 'jwtauthrequest'
  readonly policy: string
}

const CALLERS: readonly Caller[] = [nginx, token]
const DIALECTS: Readonly<Record<ExtraEndpoint['dialect'], Caller>> = { jwtauthrequest }

/** Handlers by exact path. The policy comes from the path and nowhere else: a client's query reaches some proxies' auth URL. */
export function decisionRoutes(
  service: DecisionService,
  endpoints: readonly ExtraEndpoint[],
): Readonly<Record<string, HttpHandler>> {
  const routes: Record<string, HttpHandler> = {}
  for (const caller of CALLERS) {
    // Without an original request there is nothing for the routes to match.
    const policy = caller === token ? service.guard.anyValidToken : undefined
    routes[`/v1/auth/${caller.name}`] = createDecisionHandler(service, caller, policy)
    for (const named of service.guard.policies.values()) {
      routes[`/v1/auth/${caller.name}/${named.name}`] = createDecisionHandler(service, caller, named)
    }
  }
  for (const { path, dialect, policy } of endpoints) {
    const named = service.guard.policies.get(policy)
    if (named === undefined) throw new TypeError(`no policy named ${policy}`)
    // Written decoded; the runtime gives URLs in their normal form, with escapes.
    routes[new URL(path, 'http://warder').pathname] = createDecisionHandler(service, DIALECTS[dialect], named)
  }
  return routes
}
