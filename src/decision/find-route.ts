/** The route of a request: the one that `decide` judges by, also for whoever needs it before the decision. */
import type { Route, RouteQuery, RouteTable } from '../policy/compile-routes.ts'
import type { AuthzRequest } from '../request/authz-request.ts'
import { canonicalizePath, type PathAmbiguity } from '../request/canonical-path.ts'
import { readKeptPath } from '../request/kept-path.ts'
import { MAX_METHOD_PARAMETERS, methodParameters } from '../request/method-parameter.ts'
import { whyMethodRefused } from '../request/method.ts'
import { err, ok, type Result } from '../result.ts'
import { denial, type Denial } from './trial.ts'

/** Why a request is judged by no route although one may match. */
export interface RouteRefusal extends Denial {
  /** The route that it would be judged by; undefined if it has not got that far. */
  readonly judged?: Route
  /** The route that it would meet if the application read it otherwise; undefined for none. */
  readonly met?: Route | undefined
  /** How the application might read it, for people: `with the method DELETE`. */
  readonly reading?: string
}

type Found = Result<Route | undefined, RouteRefusal>

const NO_READINGS: readonly string[] = []

/** The error is the denial of a request that has more than one reading; undefined means no route matches. */
export function findRoute(routes: RouteTable, request: AuthzRequest): Found {
  const { method, host } = request
  const fault = whyMethodRefused(method, routes.methods)
  if (fault !== undefined) return err(denial('method_refused', fault))
  const path = canonicalizePath(request.path)
  if (!path.ok)
    return routes.keepsEncoded ? findKept(routes, request, path.error) : err(ambiguous(path.error))
  const query = { method, host, path: path.value }
  const route = routes.match(query)
  if (route === undefined) return ok(undefined)
  const refusal =
    otherRoute(routes, route, query, NO_READINGS) ??
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

const ambiguous = (detail: PathAmbiguity | 'letter_case' | 'other_reading'): Denial =>
  denial('path_ambiguous', detail)

/** A path with several readings: for a route that keeps it encoded, if no reading leads to an earlier one. */
function findKept(routes: RouteTable, request: AuthzRequest, ambiguity: PathAmbiguity): Found {
  const kept = readKeptPath(request.path)
  if (!kept.ok) return err(ambiguous(kept.error))
  const query = { method: request.method, host: request.host, path: kept.value.path }
  const route = routes.match(query)
  if (route?.settings.encoded !== 'keep' || beginsWithHost(route, query.path))
    return err(ambiguous(ambiguity))
  const readings = kept.value.readings()
  if (!readings.ok) return err(ambiguous(readings.error))
  const refusal =
    otherRoute(routes, route, query, readings.value) ??
    overridden(routes, route, query, readings.value, request.query)
  return refusal === undefined ? ok(route) : err(refusal)
}

/** Whether the upstream would be sent `//…`, which many URL parsers take for a host. */
function beginsWithHost({ settings: { rewrite } }: Route, path: string): boolean {
  if (rewrite === undefined || rewrite.addPrefix !== '/') return false
  const stripped = rewrite.stripPrefix.replace(/\/$/, '').split('/').length - 1
  const [first, ...rest] = path.split('/').slice(stripped + 1)
  return first === '' && rest.length > 0
}

/**
 * An earlier route that an application would serve if it ignored letter case, to which `/ADMIN` is `/admin`, or
 * decoded what the route keeps encoded.
 */
function otherRoute(
  routes: RouteTable,
  judged: Route,
  query: RouteQuery,
  readings: readonly string[],
): RouteRefusal | undefined {
  const byCase = routes.metByCase(judged, query)
  if (byCase !== undefined)
    return { ...ambiguous('letter_case'), judged, met: byCase, reading: 'in another letter case' }
  for (const path of readings) {
    const read = { ...query, path }
    const met = routes.earlierMatch(judged, read) ?? routes.metByCase(judged, read)
    if (met !== undefined) return { ...ambiguous('other_reading'), judged, met, reading: `as ${shown(path)}` }
  }
  return undefined
}

const shown = (path: string): string => JSON.stringify(path.replaceAll('\0', '%2F'))

/** A query that names a method of another route: applications that obey it would serve what was not judged. */
function overridden(
  routes: RouteTable,
  judged: Route,
  query: RouteQuery,
  readings: readonly string[],
  parameters: string,
): RouteRefusal | undefined {
  // Without rules by method, every method meets the same route.
  if (routes.methods.size === 0 || judged.settings.allowMethodParameter === true) return undefined
  const methods = methodParameters(parameters)
  for (const method of methods) {
    const named = { ...query, method }
    const match = routes.match(named)
    const met = match === judged ? otherRoute(routes, judged, named, readings)?.met : match
    if (match === judged && met === undefined && methods.size <= MAX_METHOD_PARAMETERS) continue
    const reading = `with the method ${JSON.stringify(method)}`
    return { ...denial('method_refused', 'parameter'), judged, met, reading }
  }
  return undefined
}
