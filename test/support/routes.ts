/** Tables of routes, and which of them a request finds. */
import { describeDenial } from '../../src/decision/explain/describe-denial.ts'
import { findRoute } from '../../src/decision/find-route.ts'
import { compileRoutes } from '../../src/policy/compile-routes.ts'
import type { RouteSettings } from '../../src/settings/route/definition.ts'
import { makeRequest, routeSettings, type RequestParts } from './make-guard.ts'

export const compile = (routes: readonly RouteSettings[]) => compileRoutes(routes, new Map())

/** A public route. */
export const route = (name: string, match: Partial<RouteSettings>): RouteSettings =>
  routeSettings({ name, access: { kind: 'public' }, ...match })

/** Name of the route that the request finds, or `reason detail met`. */
export function found(routes: readonly RouteSettings[], request: RequestParts): string {
  const result = findRoute(compile(routes), makeRequest(request))
  if (result.ok) return result.value?.name ?? 'none'
  const { denial, met } = result.error
  return `${denial.reason} ${describeDenial(denial)} ${met?.name ?? 'none'}`
}
