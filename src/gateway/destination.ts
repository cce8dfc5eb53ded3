/** The upstream of a route, and what changes in its requests and answers on the way. */
import { compileCors, type CorsRule } from './cors.ts'
import type { Deadlines } from '../http/deadlines.ts'
import type { HeaderRules } from './exchange/forward-headers.ts'
import { compileRewrite, type RewriteRule } from './exchange/rewrite-path.ts'
import { compileStripRule, type StripRule } from './exchange/strip-token.ts'
import type { GatewayInput, RouteInput } from './gateway-input.ts'
import type { GatewayState } from './gateway-state.ts'
import { createAuthServices } from './judges/auth-service/auth-service.ts'
import { createRouteJudges, hidesCredentials, type RouteJudges } from './judges/route-judges.ts'
import { createUpstream, type Upstream } from './upstream/upstream.ts'

export interface Destination {
  readonly upstream: Upstream
  readonly strip: StripRule | undefined
  readonly rewrite: RewriteRule | undefined
  readonly closesExpired: boolean
  /** Undefined if the core decides. */
  readonly judges: RouteJudges | undefined
  readonly cors: CorsRule | undefined
}

/**
 * The destinations by name of the route. A route that names an unknown upstream throws; the configuration was
 * checked.
 */
export function compileDestinations(
  input: Omit<GatewayInput, 'findRoute' | 'newId' | 'listeners'>,
  headers: HeaderRules,
  state: GatewayState,
  deadlines: Deadlines,
): ReadonlyMap<string, Destination> {
  const upstreams = new Map(
    input.upstreams.map((settings) => [
      settings.name,
      createUpstream(settings, input.serverTrust.get(settings.name) ?? {}, state, deadlines),
    ]),
  )
  const serviceOf = createAuthServices(headers, input.authTrust, state, deadlines)
  const judgesOf = createRouteJudges(input.decide, serviceOf, input.realm, state.passwordQueue)
  const destinationOf = ({ rewrite, cors, judges, closeExpired, ...route }: RouteInput): Destination => {
    const upstream = upstreams.get(route.upstream)
    if (upstream === undefined) throw new TypeError(`no upstream named ${route.upstream}`)
    const strip = compileStripRule(
      route.tokenSources,
      upstream.settings.stripToken,
      hidesCredentials(judges),
      judges.flatMap((judge) => (judge.kind === 'forward_auth' ? judge.settings.answerCookies : [])),
    )
    return {
      upstream,
      strip,
      closesExpired: closeExpired === true,
      judges: judgesOf(judges),
      rewrite: rewrite && compileRewrite(rewrite),
      cors: cors && compileCors(cors),
    }
  }
  return new Map(input.routes.map((route) => [route.name, destinationOf(route)]))
}
