/** Why a route did not match, for people who expected it to. */
import { patternsOf, type Route, type RouteQuery } from './compile-routes.ts'
import { coversHost } from './host-pattern.ts'
import { coversPath, splitPath } from '../syntax/path-pattern.ts'

/** The first of the three that did not match. */
export type SkipReason = 'host' | 'path' | 'method'

/** Undefined if the route matches. A request's own host and path are used as patterns that match nothing else. */
export function whySkipped(
  { settings, methods }: Route,
  { host, path, method }: RouteQuery,
): SkipReason | undefined {
  const asked = { text: path, segments: splitPath(path), isTree: false }
  if (settings.host.length > 0 && !settings.host.some((pattern) => coversHost(pattern, host))) return 'host'
  if (!patternsOf(settings).some((pattern) => coversPath(pattern, asked))) return 'path'
  return methods === undefined || methods.has(method) ? undefined : 'method'
}
