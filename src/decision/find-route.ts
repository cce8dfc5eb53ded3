/** The route of a request: the one that `decide` judges by, also for whoever needs it before the decision. */
import type { Route, RouteTable } from '../policy/compile-routes.ts'
import type { AuthzRequest } from '../request/authz-request.ts'
import { canonicalizePath } from '../request/canonical-path.ts'
import { whyMethodRefused } from '../request/method.ts'
import { err, ok, type Result } from '../result.ts'
import { denial, type Denial } from './trial.ts'

/** The error is the denial of a request with a refused method or no single path; undefined means no route matches. */
export function findRoute(routes: RouteTable, request: AuthzRequest): Result<Route | undefined, Denial> {
  const fault = whyMethodRefused(request.method, routes.methods)
  if (fault !== undefined) return err(denial('method_refused', fault))
  const path = canonicalizePath(request.path)
  if (!path.ok) return err(denial('path_ambiguous', path.error))
  return ok(routes.match({ method: request.method, host: request.host, path: path.value }))
}
