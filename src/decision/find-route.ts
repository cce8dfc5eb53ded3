/** The route of a request: the one that `decide` judges by, also for whoever needs it before the decision. */
import type { Route, RouteQuery, RouteTable } from '../policy/compile-routes.ts'
import type { AuthzRequest } from '../request/authz-request.ts'
import { canonicalizePath } from '../request/canonical-path.ts'
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

/** The error is the denial of a request that has more than one reading; undefined means no route matches. */
export function findRoute(
  routes: RouteTable,
  request: AuthzRequest,
): Result<Route | undefined, RouteRefusal> {
  const fault = whyMethodRefused(request.method, routes.methods)
  if (fault !== undefined) return err(denial('method_refused', fault))
  const path = canonicalizePath(request.path)
  if (!path.ok) return err(denial('path_ambiguous', path.error))
  const query = { method: request.method, host: request.host, path: path.value }
  const route = routes.match(query)
  if (route === undefined) return ok(undefined)
  const other = overridden(routes, route, query, request.query) ?? inOtherCase(routes, route, query)
  return other === undefined ? ok(route) : err(other)
}

/** A query that names a method of another route: applications that obey it would serve what was not judged. */
function overridden(
  routes: RouteTable,
  route: Route,
  query: RouteQuery,
  parameters: string,
): RouteRefusal | undefined {
  // Without rules by method, every method meets the same route.
  if (routes.methods.size === 0 || route.settings.allowMethodParameter === true) return undefined
  const methods = methodParameters(parameters)
  if (methods.size === 0) return undefined
  for (const method of methods) {
    const named = { ...query, method }
    const met = routes.metByCase(route, named) ?? routes.match(named)
    if (methods.size > MAX_METHOD_PARAMETERS || met !== route) {
      const reading = `with the method ${JSON.stringify(method)}`
      return { ...denial('method_refused', 'parameter'), judged: route, met, reading }
    }
  }
  return undefined
}

/** Some applications ignore letter case: to them `/ADMIN` is `/admin`, which an earlier route guards. */
function inOtherCase(routes: RouteTable, route: Route, query: RouteQuery): RouteRefusal | undefined {
  const met = routes.metByCase(route, query)
  if (met === undefined) return undefined
  return { ...denial('path_ambiguous', 'letter_case'), judged: route, met, reading: 'in another letter case' }
}
