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
import type { Sliced } from '../slices.ts'

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
 * Makes the destinations of routes. A route that names an unknown upstream throws; the configuration was checked.
 *
 * @param input Its routes are not read here.
 */
export function* createDestinations(
  input: Omit<GatewayInput, 'findRoute' | 'newId' | 'listeners' | 'routes'>,
  headers: HeaderRules,
  state: GatewayState,
  deadlines: Deadlines,
): Sliced<(route: RouteInput) => Destination> {
  const upstreams = new Map<string, Upstream>()
  for (const settings of input.upstreams) {
    const trust = input.serverTrust.get(settings.name) ?? {}
    upstreams.set(settings.name, createUpstream(settings, trust, state, deadlines))
    yield
  }
  const serviceOf = createAuthServices(headers, input.authTrust, state, deadlines)
  const judgesOf = createRouteJudges(input.decide, serviceOf, input.realm, state.passwordQueue)
  return ({ rewrite, cors, judges, closeExpired, ...route }) => {
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
}
