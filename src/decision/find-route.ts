/** The route of a request, for `decide`, and for code that needs it before the decision. */
import type { Route, RouteQuery, RouteTable } from '../policy/compile-routes.ts'
import type { AuthzRequest } from '../request/authz-request.ts'
import { canonicalizePath, type PathAmbiguity } from '../request/canonical-path.ts'
import { readKeptPath } from '../request/kept-path.ts'
import { MAX_METHOD_PARAMETERS, methodParameters } from '../request/method-parameter.ts'
import { whyMethodRefused } from '../request/method.ts'
import { announcedMethod } from '../request/preflight.ts'
import { err, ok, type Result } from '../result.ts'
import { faultDenial } from './denial.ts'
import type { Guard } from './guard.ts'
import { ambiguousPath, methodRefused, otherRoute, servedAsGet, type RouteRefusal } from './other-route.ts'

/** The error is the denial of a request that has more than one reading; undefined means that no route matches. */
export type FoundRoute = Result<Route | undefined, RouteRefusal>

const NO_READINGS: readonly string[] = []

/** Finds the route of a request before its decision, which takes it over. A fault inside is a denial, as in `decide`. */
export function findRouteOf({ routes }: Pick<Guard, 'routes'>, request: AuthzRequest): FoundRoute {
  if (routes === undefined) return NO_ROUTE
  try {
    return findRoute(routes, request)
  } catch (fault) {
    return err({ denial: faultDenial(fault) })
  }
}

const NO_ROUTE: FoundRoute = ok(undefined)

/** Finds the one route that judges a request. */
export const findRoute = (routes: RouteTable, request: AuthzRequest): FoundRoute =>
  (routes.allowsPreflights ? findForPreflight(routes, request) : undefined) ?? findOwn(routes, request)

/** A preflight is judged by the route of the request that it announces, if that route allows it. */
function findForPreflight(routes: RouteTable, request: AuthzRequest): FoundRoute | undefined {
  const method = announcedMethod(request)
  const announced = method === undefined ? undefined : findOwn(routes, { ...request, method })
  const route = announced?.ok === true ? announced.value?.forPreflights : undefined
  return route && ok(route)
}

/** Finds the route by the request's own method. */
function findOwn(routes: RouteTable, request: AuthzRequest): FoundRoute {
  const { method, host } = request
  const fault = whyMethodRefused(method, routes.methods)
  if (fault !== undefined) return err({ denial: methodRefused(fault) })
  const path = canonicalizePath(request.path)
  if (!path.ok)
    return routes.keepsEncoded ? findKept(routes, request, path.error) : err(ambiguousPath(path.error))
  const query = { method, host, path: path.value }
  const route = routes.match(query)
  if (route === undefined) return ok(undefined)
  const refusal =
    otherRoute(routes, route, query, NO_READINGS) ??
    servedAsGet(routes, route, query, NO_READINGS) ??
    overridden(routes, route, query, NO_READINGS, request.query)
  return refusal === undefined ? ok(route) : err(refusal)
}

/** The path by which a request is matched, to be split at `/`; undefined if no route could match it. */
export function matchedPath(raw: string): string | undefined {
  const path = canonicalizePath(raw)
  if (path.ok) return path.value
  const kept = readKeptPath(raw)
  return kept.ok ? kept.value.path : undefined
}

/** A path with several readings: for a route that keeps it encoded, if no reading leads to an earlier one. */
function findKept(routes: RouteTable, request: AuthzRequest, ambiguity: PathAmbiguity): FoundRoute {
  const kept = readKeptPath(request.path)
  if (!kept.ok) return err(ambiguousPath(kept.error))
  const query = { method: request.method, host: request.host, path: kept.value.path }
  const route = routes.match(query)
  if (route?.settings.encoded !== 'keep' || beginsWithHost(route, query.path))
    return err(ambiguousPath(ambiguity))
  const readings = kept.value.readings()
  if (!readings.ok) return err(ambiguousPath(readings.error))
  const refusal =
    otherRoute(routes, route, query, readings.value) ??
    servedAsGet(routes, route, query, readings.value) ??
    overridden(routes, route, query, readings.value, request.query)
  return refusal === undefined ? ok(route) : err(refusal)
}

/** Whether the upstream would receive `//…`, which many URL parsers read as a host. */
function beginsWithHost({ settings: { rewrite } }: Route, path: string): boolean {
  if (rewrite === undefined || rewrite.addPrefix !== '/') return false
  const stripped = rewrite.stripPrefix.replace(/\/$/, '').split('/').length - 1
  const [first, ...rest] = path.split('/').slice(stripped + 1)
  return first === '' && rest.length > 0
}

/** A query that names a method of another route: applications that obey it would serve a request that was not judged. */
function overridden(
  routes: RouteTable,
  judged: Route,
  query: RouteQuery,
  readings: readonly string[],
  parameters: string,
): RouteRefusal | undefined {
  // Without rules by method, every method leads to the same route.
  if (routes.methods.size === 0 || judged.settings.allowMethodParameter === true) return undefined
  const methods = methodParameters(parameters)
  for (const method of methods) {
    const named = { ...query, method }
    const match = routes.match(named)
    const met = match === judged ? otherRoute(routes, judged, named, readings)?.met : match
    if (match === judged && met === undefined && methods.size <= MAX_METHOD_PARAMETERS) continue
    return { denial: methodRefused('parameter'), judged, met, reading: { by: 'method', method } }
  }
  return undefined
}
