/** Routes that can never match, because an earlier route matches all their requests. */
import { foldCase } from '../request/fold-case.ts'
import { coversHost } from './host-pattern.ts'
import { coversPath, splitPattern, type PathPattern } from '../syntax/path-pattern.ts'
import { foldedPatternsOf, patternsOf, type Route, type RouteTable } from './compile-routes.ts'

export interface ShadowedRoute {
  readonly route: Route
  /** The earlier route that matches all of its requests. */
  readonly by: Route
  /** Whether it matches them only in another letter case, so that all of them are denied. */
  readonly byCaseAlone: boolean
}

/** Pairs of patterns that are compared before the search ends: a fraction of a second, far above realistic needs. */
const MAX_COMPARISONS = 1_000_000

/**
 * Finds shadowed routes. Detects a single earlier route that covers all requests, not several together. It looks up
 * one sample request per route in the index, so that ten thousand routes take no longer than matching them.
 *
 * Thousands of routes that match one sample and do not cover each other would be compared in pairs, while a
 * running service waits for its reload; the search then ends early, with its findings so far.
 */
export function findShadowedRoutes(table: RouteTable): readonly ShadowedRoute[] {
  const shadowed: ShadowedRoute[] = []
  let comparisons = 0
  const firstCovering = (route: Route, patterns: Patterns, letterCase: 'exact' | 'ignored') =>
    table.firstBefore(
      route,
      sampleOf(route),
      (earlier) => {
        comparisons += sizeOf(earlier) * sizeOf(route)
        return comparisons <= MAX_COMPARISONS && covers(earlier, route, patterns)
      },
      letterCase,
    )
  const hasCase = table.routes.some(({ settings }) => settings.path.some((path) => foldCase(path) !== path))
  for (const route of table.routes) {
    if (comparisons > MAX_COMPARISONS) return shadowed
    const exact = firstCovering(route, patternsOf, 'exact')
    const by = exact ?? (hasCase ? firstCovering(route, foldedPatternsOf, 'ignored') : undefined)
    if (by !== undefined) shadowed.push({ route, by, byCaseAlone: exact === undefined })
  }
  return shadowed
}

type Patterns = typeof patternsOf

const sizeOf = ({ settings }: Route): number => settings.host.length + settings.path.length + 1

function sampleOf(route: Route): { host: string; path: string } {
  const [path = '/**'] = route.settings.path
  const host = route.settings.host[0] ?? '\u0001any'
  return {
    // The sample of a wildcard is a host below it that no exact pattern names.
    host: host.startsWith('*.') ? `\u0001any${host.slice(1)}` : host,
    path: samplePath(splitPattern(path)),
  }
}

function samplePath({ segments, isTree }: PathPattern): string {
  const names = segments.map((segment) => (segment === '*' ? '\u0001any' : segment))
  return [...names, ...(isTree ? ['\u0001any'] : [])].join('/')
}

function covers(outer: Route, inner: Route, patterns: Patterns): boolean {
  return (
    coversMethods(outer.methods, inner.methods) &&
    coversAll(outer.settings.host, inner.settings.host, coversHost) &&
    coversAll(patterns(outer.settings), patterns(inner.settings), coversPath)
  )
}

function coversMethods(
  outer: ReadonlySet<string> | undefined,
  inner: ReadonlySet<string> | undefined,
): boolean {
  if (outer === undefined) return true
  return inner !== undefined && [...inner].every((method) => outer.has(method))
}

/** An empty list means everything; only an empty outer list covers an empty inner list. */
function coversAll<T>(
  outer: readonly T[],
  inner: readonly T[],
  coversOne: (outer: T, inner: T) => boolean,
): boolean {
  if (outer.length === 0) return true
  return inner.length > 0 && inner.every((one) => outer.some((other) => coversOne(other, one)))
}
