/** The route of a request: the one that `decide` judges by, also for whoever needs it before the decision. */
import type { Route, RouteTable } from '../policy/compile-routes.ts'
import type { AuthzRequest } from '../request/authz-request.ts'
import { canonicalizePath, type PathAmbiguity } from '../request/canonical-path.ts'
import { err, ok, type Result } from '../result.ts'

/** The error says why the path has more than one reading; undefined is a request that no route matches. */
export function findRoute(
  routes: RouteTable,
  request: AuthzRequest,
): Result<Route | undefined, PathAmbiguity> {
  const path = canonicalizePath(request.path)
  if (!path.ok) return err(path.error)
  return ok(routes.match({ method: request.method, host: request.host, path: path.value }))
}
