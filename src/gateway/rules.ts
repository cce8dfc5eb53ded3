/** What a configuration compiles to: the rules of each listener, replaced whole when the configuration changes. */
import { createAdmit, type RouteRules } from './admission.ts'
import { compileTrusted } from '../http/sockets/peer-networks.ts'
import type { Deadlines } from '../http/deadlines.ts'
import { createDestinations, type Destination } from './destination.ts'
import type { ExchangeRules } from './exchange/exchange-context.ts'
import { compileHeaderRules, type HeaderRules } from './exchange/forward-headers.ts'
import type { GatewayInput, RouteInput } from './gateway-input.ts'
import type { GatewayState } from './gateway-state.ts'
import { judgeHeaderNames } from './judges/route-judges.ts'
import { compileRequestLimits, placeLimits, type PlacedLimit } from './limits/request-limits.ts'
import type { Sliced } from '../slices.ts'
import { socketText } from '../socket-address.ts'

/** A compiled configuration. */
export interface GatewayRules {
  /** In the order of `input.listeners`. */
  readonly ofListeners: readonly ExchangeRules[]
  /** Every rate limit, those of listeners and of upstreams among them. */
  readonly limits: readonly PlacedLimit[]
}

/** Compiles a configuration, of which nothing is in force yet. */
export function* compileGatewayRules(
  input: GatewayInput,
  state: GatewayState,
  deadlines: Deadlines,
): Sliced<GatewayRules> {
  const routes = yield* compileRoutes(input, state, deadlines)
  const { decide, findRoute, newId, identityNames } = input
  const limits = routes.compiled.flatMap((route) => route.limits)
  const ofListeners: ExchangeRules[] = []
  for (const { settings } of input.listeners) {
    const own = placeLimits(`listener ${socketText(settings.address)}`, settings.rateLimit)
    limits.push(...own)
    const context = { store: state.rates, identityNames }
    const rulesOf = (
      destination: Destination | undefined,
      ofRoute: readonly PlacedLimit[] = [],
    ): RouteRules => ({
      destination,
      // A redirected request comes back through the listener with TLS, and would count twice.
      limits: compileRequestLimits(settings.redirect === undefined ? [...own, ...ofRoute] : own, context),
    })
    const rules = new Map<string, RouteRules>()
    for (const route of routes.compiled) {
      rules.set(route.name, rulesOf(route.destination, route.limits))
      yield
    }
    ofListeners.push({
      newId,
      decide,
      headers: routes.headers,
      isTrusted: compileTrusted(settings.trustedProxies),
      admit: createAdmit({
        decide,
        findRoute,
        newId,
        identityCount: identityNames.length,
        routes: rules,
        unrouted: rulesOf(undefined),
        hasCors: routes.compiled.some(({ destination }) => destination.cors !== undefined),
        redirectPort: settings.redirect,
      }),
    })
  }
  return { ofListeners, limits }
}

/** A route, as all listeners know it. */
interface CompiledRoute {
  readonly name: string
  readonly destination: Destination
  /** Of the route and of its upstream; those of an upstream are the same ones on every route. */
  readonly limits: readonly PlacedLimit[]
}

interface CompiledRoutes {
  readonly headers: HeaderRules
  readonly compiled: readonly CompiledRoute[]
}

function* compileRoutes(
  input: GatewayInput,
  state: GatewayState,
  deadlines: Deadlines,
): Sliced<CompiledRoutes> {
  const routes: RouteInput[] = []
  // What one route gives to its application, no client may send on any route.
  const granted = new Set<string>()
  for (const route of input.routes) {
    routes.push(route)
    for (const name of judgeHeaderNames(route.judges)) granted.add(name)
    yield
  }
  const headers = compileHeaderRules(input.identityNames, [...granted])
  const destinationOf = yield* createDestinations(input, headers, state, deadlines)
  const ofUpstreams = new Map(
    input.upstreams.map(({ name, rateLimit }) => [name, placeLimits(`upstream ${name}`, rateLimit)]),
  )
  const compiled: CompiledRoute[] = []
  for (const route of routes) {
    const { name, upstream, rateLimit } = route
    const limits = [...placeLimits(`route ${name}`, rateLimit), ...(ofUpstreams.get(upstream) ?? [])]
    compiled.push({ name, destination: destinationOf(route), limits })
    yield
  }
  return { headers, compiled }
}
