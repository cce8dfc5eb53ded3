/** What a configuration compiles to: the rules of each listener, replaced whole when the configuration changes. */
import { createAdmit, type RouteRules } from './admission.ts'
import { compileTrusted } from '../http/sockets/peer-networks.ts'
import type { Deadlines } from '../http/deadlines.ts'
import { compileDestinations, type Destination } from './destination.ts'
import type { ExchangeRules } from './exchange/exchange-context.ts'
import { compileHeaderRules } from './exchange/forward-headers.ts'
import type { GatewayInput } from './gateway-input.ts'
import type { GatewayState } from './gateway-state.ts'
import { judgeHeaderNames } from './judges/route-judges.ts'
import { compileRequestLimits, placeLimits, type PlacedLimit } from './limits/request-limits.ts'
import { socketText } from '../socket-address.ts'

/**
 * The rules of each listener, in the order of `input.listeners`. What no listener or route needs any
 * more is closed.
 */
export function compileGatewayRules(
  input: GatewayInput,
  state: GatewayState,
  deadlines: Deadlines,
): readonly ExchangeRules[] {
  const { decide, findRoute, newId, identityNames, routes } = input
  const headers = compileHeaderRules(
    identityNames,
    routes.flatMap(({ judges }) => judgeHeaderNames(judges)),
  )
  const destinations = compileDestinations(input, headers, state, deadlines)
  const limits = limitsByRoute(input)
  const placed = [...limits.values()].flat()
  const rules = input.listeners.map(({ settings }): ExchangeRules => {
    const own = placeLimits(`listener ${socketText(settings.address)}`, settings.rateLimit)
    placed.push(...own)
    const context = { store: state.rates, identityNames }
    const compile = (
      destination: Destination | undefined,
      ofRoute: readonly PlacedLimit[] = [],
    ): RouteRules => ({
      destination,
      // A redirected request comes back through the listener with TLS, and would count twice.
      limits: compileRequestLimits(settings.redirect === undefined ? [...own, ...ofRoute] : own, context),
    })
    return {
      newId,
      headers,
      isTrusted: compileTrusted(settings.trustedProxies),
      admit: createAdmit({
        decide,
        findRoute,
        newId,
        identityCount: identityNames.length,
        routes: new Map(routes.map(({ name }) => [name, compile(destinations.get(name), limits.get(name))])),
        unrouted: compile(undefined),
        hasCors: routes.some(({ cors }) => cors !== undefined),
        redirectPort: settings.redirect,
      }),
    }
  })
  state.rates.retain(placed)
  state.settle()
  return rules
}

/** Limits of each route and of its upstream; those of an upstream are the same ones on every route. */
function limitsByRoute({ routes, upstreams }: GatewayInput): ReadonlyMap<string, readonly PlacedLimit[]> {
  const ofUpstreams = new Map(upstreams.map(({ name, rateLimit }) => [name, rateLimit]))
  return new Map(
    routes.map(({ name, upstream, rateLimit }) => [
      name,
      [
        ...placeLimits(`route ${name}`, rateLimit),
        ...placeLimits(`upstream ${upstream}`, ofUpstreams.get(upstream)),
      ],
    ]),
  )
}
