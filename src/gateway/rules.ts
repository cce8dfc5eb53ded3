/** What decides about a request and where it goes: replaced whole when the configuration changes. */
import type { Decide } from '../decision/decide.ts'
import type { RewriteSettings } from '../settings/route/definition.ts'
import type { AuthzRequest } from '../request/authz-request.ts'
import type { TokenSourceSettings } from '../settings/token-source/definition.ts'
import type { Certificates, ServerTrust } from './sockets/certificates.ts'
import { compileTrusted, type IsTrusted } from './client/client-address.ts'
import { askedAbout, compileCors, type CorsRule } from './cors.ts'
import type { CorsSettings } from '../settings/cors/definition.ts'
import type { ClientRequest } from './client/client-request.ts'
import type { Deadlines } from './deadlines.ts'
import { compileHeaderRules, type HeaderRules } from './exchange/forward-headers.ts'
import type { GatewayState } from './gateway-state.ts'
import {
  compileRequestLimits,
  placeLimits,
  type PlacedLimit,
  type RequestLimits,
} from './limits/request-limits.ts'
import { httpsRedirect } from './https-redirect.ts'
import type { Refusal } from './verdict.ts'
import { compileRewrite, type RewriteRule } from './exchange/rewrite-path.ts'
import { createRouteAuths, grantedNames } from './judges/auth-service/route-auth.ts'
import type { JudgeInput } from './judges/judge.ts'
import {
  createRouteJudges,
  hidesCredentials,
  userHeaderNames,
  type RouteJudges,
} from './judges/route-judges.ts'
import type { UpstreamSettings } from '../settings/upstream/definition.ts'
import type { GatewayListenSettings } from '../settings/listener/definition.ts'
import type { RateLimitSettings } from '../settings/rate-limit/definition.ts'
import { compileStripRule, type StripRule } from './exchange/strip-token.ts'
import { addressText } from './sockets/sockets.ts'
import { createUpstream, type Upstream } from './upstream/upstream.ts'

/** What the gateway is made of. */
export interface GatewayInput {
  readonly decide: Decide
  readonly newId: () => string
  /** Of challenges that no route has a realm for. */
  readonly realm: string
  /** Lower case, of all policies. */
  readonly identityNames: readonly string[]
  readonly upstreams: readonly UpstreamSettings[]
  /** By name of the upstream. */
  readonly serverTrust: ReadonlyMap<string, ServerTrust>
  /** Of auth services, by the file of their authorities. */
  readonly authTrust: ReadonlyMap<string, ServerTrust>
  readonly routes: readonly GatewayRoute[]
  /** Name of the route that a request is judged by; undefined if there is none, or no single reading of its path. */
  readonly findRoute: (request: AuthzRequest) => string | undefined
  readonly listeners: readonly ListenerInput[]
}

/** One listener of the gateway. */
export interface ListenerInput {
  readonly settings: GatewayListenSettings
  /** Undefined: plain HTTP. */
  readonly certificates: Certificates | undefined
}

export interface GatewayRoute {
  /** Unique; a decision names it. */
  readonly name: string
  readonly upstream: string
  /** Where the route's policies look for a token; empty on public routes. */
  readonly tokenSources: readonly TokenSourceSettings[]
  readonly rewrite?: RewriteSettings
  /** Whether a WebSocket is closed when its token has expired. */
  readonly closesExpired: boolean
  /** Who judges the route, in order, where the core cannot; empty where it does. */
  readonly judges: readonly JudgeInput[]
  readonly cors?: CorsSettings
  readonly rateLimits?: readonly RateLimitSettings[]
}

export interface Destination {
  readonly upstream: Upstream
  readonly strip: StripRule | undefined
  readonly rewrite: RewriteRule | undefined
  readonly closesExpired: boolean
  /** Undefined where the core judges. */
  readonly judges: RouteJudges | undefined
  readonly cors: CorsRule | undefined
}

/** What all listeners of a gateway have in common. */
interface SharedRules {
  readonly decide: Decide
  readonly newId: () => string
  readonly headers: HeaderRules
  /** By name of the route. */
  readonly destinations: ReadonlyMap<string, Destination>
  /** What is said about other origins where a request goes; undefined if nothing, anywhere. */
  readonly corsOf: ((request: AuthzRequest) => CorsRule | undefined) | undefined
}

export interface GatewayRules extends SharedRules {
  readonly isTrusted: IsTrusted
  /** Where a request is to be sent instead; undefined where it is judged. */
  readonly redirectOf: (request: ClientRequest) => Refusal | undefined
  /** The rate limits of a request; undefined if it has none. */
  readonly limitsOf: (request: ClientRequest) => RequestLimits | undefined
}

/**
 * The rules of each listener, in the order of `input.listeners`. What the state has no use for any more is let go
 * of. A route that names an unknown upstream throws; the configuration was checked.
 */
export function compileGatewayRules(
  input: GatewayInput,
  state: GatewayState,
  deadlines: Deadlines,
): readonly GatewayRules[] {
  const shared = compileShared(input, state, deadlines)
  const ofUpstreams = new Map(input.upstreams.map(({ name, rateLimit: rateLimits }) => [name, rateLimits]))
  const byRoute = new Map(input.routes.map((route) => [route.name, placedOn(route, ofUpstreams)]))
  const placed = [...byRoute.values()].flat()
  const rules = input.listeners.map(({ settings }): GatewayRules => {
    const isTrusted = compileTrusted(settings.trustedProxies)
    const own = placeLimits(`listener ${addressText(settings.address)}`, settings.rateLimit)
    placed.push(...own)
    const context = { store: state.rates, identityNames: input.identityNames, isTrusted }
    const compile = (limits: readonly PlacedLimit[]): RequestLimits | undefined =>
      compileRequestLimits([...own, ...limits], context)
    const withoutRoute = compile([])
    const limits = new Map([...byRoute].map(([name, ofRoute]) => [name, compile(ofRoute)]))
    const hasNone = withoutRoute === undefined && [...limits.values()].every((one) => one === undefined)
    const limitsOf = (request: ClientRequest): RequestLimits | undefined => {
      // It comes back through the listener with TLS, and would count twice.
      if (settings.redirect !== undefined) return withoutRoute
      const asked = shared.corsOf === undefined ? request.authz : askedAbout(request)
      // A preflight that no `cors` answers is judged by its own method.
      const isAnswered = asked !== request.authz && shared.corsOf?.(asked) !== undefined
      const route = input.findRoute(isAnswered ? asked : request.authz)
      return route === undefined || !limits.has(route) ? withoutRoute : limits.get(route)
    }
    const redirectOf = compileRedirect(settings.redirect, input.findRoute)
    return { ...shared, isTrusted, redirectOf, limitsOf: hasNone ? () => undefined : limitsOf }
  })
  state.rates.retain(placed)
  state.settle()
  return rules
}

/** Where no route is found, the request is judged after all, and so denied: the `Host` is a stranger's. */
function compileRedirect(
  port: number | undefined,
  findRoute: GatewayInput['findRoute'],
): GatewayRules['redirectOf'] {
  if (port === undefined) return () => undefined
  return (request) => {
    if (findRoute(request.authz) === undefined) return undefined
    if (request.head.authority === '')
      return { answer: { status: 400, headers: {} }, fault: 'bad_request', detail: 'no Host to redirect to' }
    return { answer: httpsRedirect(request, port), fault: undefined, detail: '' }
  }
}

/** Limits of a route and of its upstream; those of an upstream are the same ones on every route. */
const placedOn = (
  { name, upstream, rateLimits }: GatewayRoute,
  upstreams: ReadonlyMap<string, readonly RateLimitSettings[] | undefined>,
): readonly PlacedLimit[] => [
  ...placeLimits(`route ${name}`, rateLimits),
  ...placeLimits(`upstream ${upstream}`, upstreams.get(upstream)),
]

function compileShared(input: GatewayInput, state: GatewayState, deadlines: Deadlines): SharedRules {
  const upstreams = new Map(
    input.upstreams.map((settings) => [
      settings.name,
      createUpstream(settings, input.serverTrust.get(settings.name) ?? {}, state, deadlines),
    ]),
  )
  const headers = compileHeaderRules(
    input.identityNames,
    input.routes.flatMap(({ judges }) => [...grantedNames(judges), ...userHeaderNames(judges)]),
  )
  const auths = createRouteAuths(headers, input.authTrust, state, deadlines)
  const judgesOf = createRouteJudges(input.decide, auths, input.realm)
  const destinationOf = (route: GatewayRoute): readonly [string, Destination] => {
    const { name, tokenSources, rewrite, judges, cors, closesExpired } = route
    const upstream = upstreams.get(route.upstream)
    if (upstream === undefined) throw new TypeError(`no upstream named ${route.upstream}`)
    const strip = compileStripRule(
      tokenSources,
      upstream.settings.stripToken,
      hidesCredentials(judges),
      judges.flatMap((judge) => (judge.kind === 'forward_auth' ? judge.settings.answerCookies : [])),
    )
    const own = {
      closesExpired,
      rewrite: rewrite && compileRewrite(rewrite),
      cors: cors && compileCors(cors),
    }
    return [name, { upstream, strip, judges: judgesOf(judges), ...own }]
  }
  const { decide, newId, findRoute } = input
  const destinations = new Map(input.routes.map(destinationOf))
  const saysNothing = input.routes.every(({ cors }) => cors === undefined)
  return {
    decide,
    newId,
    headers,
    destinations,
    corsOf: saysNothing ? undefined : (request) => destinations.get(findRoute(request) ?? '')?.cors,
  }
}
