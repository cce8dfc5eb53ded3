/** Routes, compiled to an index by host, path and method. First match wins, in the operator's order. */
import { foldCase } from '../request/fold-case.ts'
import type { PatternEnds } from '../request/other-spellings.ts'
import { assertPathPattern, coversPath, splitPath, type PathPattern } from '../syntax/path-pattern.ts'
import type { Policy } from './compile-policy.ts'
import { coversHost } from './host-pattern.ts'
import { createRouteIndex, type FindRoute, type Ordered } from './route-index.ts'
import type { RouteSettings } from '../settings/route/definition.ts'

export type RouteAccess =
  | { readonly kind: 'public' }
  /** Real preflights of the route, with `preflight: allow`. */
  | { readonly kind: 'preflight' }
  | { readonly kind: 'deny' }
  | { readonly kind: 'policy'; readonly policy: Policy }
  /** Judges that only the gateway can ask; see the settings. */
  | { readonly kind: 'forward_auth' | 'basic_auth' | 'all_of' }

export interface Route extends Ordered {
  readonly name: string
  readonly methods: ReadonlySet<string> | undefined
  readonly access: RouteAccess
  readonly settings: RouteSettings
  /** The route as it judges preflights of its requests; undefined if they are judged like any other request. */
  readonly forPreflights: Route | undefined
}

/** A request, as routes are matched by it. */
export interface RouteQuery {
  readonly method: string
  readonly host: string
  /** Canonical, from canonicalizePath. */
  readonly path: string
}

export interface RouteTable {
  readonly routes: readonly Route[]
  /** Every method that a route names, upper case. */
  readonly methods: ReadonlySet<string>
  /** The first route, in the operator's order, that matches; undefined if none does. */
  match(query: RouteQuery): Route | undefined
  /**
   * The first route before `limit` that matches the path in another letter case, with the same method and host. Routes
   * with `caseSensitive` are skipped. Undefined if there is none: then letter case makes no difference.
   */
  metByCase(limit: Route, query: RouteQuery): Route | undefined
  /** The first route before `limit` that matches; undefined if there is none. */
  earlierMatch(limit: Route, query: RouteQuery): Route | undefined
  /** Whether any route accepts paths with several readings. */
  readonly keepsEncoded: boolean
  /** Whether any route has {@link Route.forPreflights}. */
  readonly allowsPreflights: boolean
  /** The last segments of its patterns. */
  readonly ends: PatternEnds
  /** The first route before `limit` whose host and path match, and that `accepts`; undefined if none does. */
  firstBefore(
    limit: Route,
    query: Omit<RouteQuery, 'method'>,
    accepts: (route: Route) => boolean,
    letterCase?: 'exact' | 'ignored',
  ): Route | undefined
}

const ANY_PATH: PathPattern = assertPathPattern('/**')

/** @param policies Compiled policies by name. A route with an unknown policy throws; the configuration was checked. */
export function compileRoutes(
  settings: readonly RouteSettings[],
  policies: ReadonlyMap<string, Policy>,
): RouteTable {
  const compiler = createRouteCompiler(settings, policies)
  for (const route of settings) compiler.add(route)
  return compiler.finish()
}

/** Compiles routes one by one, so that a running service can answer between two of them. */
export interface RouteCompiler {
  /** Each of the routes, in the operator's order. */
  add(route: RouteSettings): void
  /** When all were added. */
  finish(): RouteTable
}

export function createRouteCompiler(
  settings: readonly RouteSettings[],
  policies: ReadonlyMap<string, Policy>,
): RouteCompiler {
  // Without a pattern in upper case, a path in lower case matches the same routes either way.
  const hasCase = settings.some(
    ({ path: paths, caseSensitive }) =>
      caseSensitive !== true && paths.some((path) => foldCase(path) !== path),
  )
  const exact = createRouteIndex<Route>()
  // The same routes with the same patterns, in most configurations.
  const isFoldedSame = !hasCase && settings.every(({ caseSensitive }) => caseSensitive !== true)
  const folded = isFoldedSame ? exact : createRouteIndex<Route>()
  const routes: Route[] = []
  const methods = new Set<string>()
  const ends = createPatternEnds()
  return {
    add(one) {
      const route = compileRoute(one, routes.length, policies)
      const patterns = patternsOf(one)
      routes.push(route)
      exact.add(route, patterns)
      if (!isFoldedSame && one.caseSensitive !== true) folded.add(route, patterns.map(foldPattern))
      for (const method of one.method) methods.add(method)
      for (const pattern of patterns) ends.add(pattern)
    },
    finish: () =>
      createTable({ routes, methods, ends: ends.found, exact: exact.find, folded: folded.find, hasCase }),
  }
}

interface Compiled extends Pick<RouteTable, 'routes' | 'methods' | 'ends'> {
  readonly exact: FindRoute<Route>
  /** For paths of {@link foldCase}; without the routes that distinguish letter case. */
  readonly folded: FindRoute<Route>
  /** Whether a pattern has letters that folding changes. */
  readonly hasCase: boolean
}

function createTable({ routes, methods, ends, exact, folded, hasCase }: Compiled): RouteTable {
  const firstBefore: RouteTable['firstBefore'] = (limit, { host, path }, accepts, letterCase = 'exact') => {
    if (limit.order === 0) return undefined
    const first =
      letterCase === 'exact'
        ? exact(host, splitPath(path), accepts, limit)
        : folded(host, splitPath(foldCase(path)), accepts, limit)
    return first === limit ? undefined : first
  }
  return {
    routes,
    methods,
    match: ({ host, path, method }) =>
      exact(host, splitPath(path), (route) => acceptsMethod(route, method), undefined),
    metByCase(limit, query) {
      if (!hasCase && foldCase(query.path) === query.path) return undefined
      return firstBefore(limit, query, (route) => acceptsMethod(route, query.method), 'ignored')
    },
    earlierMatch: (limit, query) => firstBefore(limit, query, (route) => acceptsMethod(route, query.method)),
    ends,
    keepsEncoded: routes.some(({ settings }) => settings.encoded === 'keep'),
    allowsPreflights: routes.some(({ forPreflights }) => forPreflights !== undefined),
    firstBefore,
  }
}

/** Collects the last segments of patterns. */
function createPatternEnds(): { readonly found: PatternEnds; add(pattern: PathPattern): void } {
  const names = new Set<string>()
  const found = { names, hasSlash: false, hasStar: false }
  return {
    found,
    add({ segments, isTree }) {
      const last = segments.findLast((segment) => segment !== '') ?? ''
      names.add(foldCase(last))
      found.hasSlash ||= segments.at(-1) === ''
      found.hasStar ||= !isTree && last === '*'
    },
  }
}

const acceptsMethod = ({ methods }: Route, method: string): boolean =>
  methods === undefined || methods.has(method)

/**
 * Why a route did not match, for people who expected it to: the first of the three. Undefined if it matches. A
 * request's own host and path are used as patterns that match nothing else.
 */
export function whySkipped(
  route: Route,
  { host, path, method }: RouteQuery,
): 'host' | 'path' | 'method' | undefined {
  const { settings } = route
  const asked = { text: path, segments: splitPath(path), isTree: false }
  if (settings.host.length > 0 && !settings.host.some((pattern) => coversHost(pattern, host))) return 'host'
  if (!patternsOf(settings).some((pattern) => coversPath(pattern, asked))) return 'path'
  return acceptsMethod(route, method) ? undefined : 'method'
}

/** The path patterns of a route; a route without any matches every path. */
export const patternsOf = (route: RouteSettings): readonly PathPattern[] =>
  route.path.length === 0 ? [ANY_PATH] : route.path.map(assertPathPattern)

/** The same, folded by {@link foldCase}; `*` and `**` stay unchanged. */
export const foldedPatternsOf = (route: RouteSettings): readonly PathPattern[] =>
  patternsOf(route).map(foldPattern)

const foldPattern = (pattern: PathPattern): PathPattern => ({
  ...pattern,
  segments: pattern.segments.map(foldCase),
})

function compileRoute(settings: RouteSettings, order: number, policies: ReadonlyMap<string, Policy>): Route {
  const route: Route = {
    name: settings.name,
    order,
    methods: settings.method.length === 0 ? undefined : new Set(settings.method),
    access: compileAccess(settings.access, policies),
    settings,
    forPreflights: undefined,
  }
  if (settings.preflight !== 'allow') return route
  return { ...route, forPreflights: { ...route, access: { kind: 'preflight' } } }
}

function compileAccess(access: RouteSettings['access'], policies: ReadonlyMap<string, Policy>): RouteAccess {
  if (access.kind !== 'policy') return { kind: access.kind }
  const policy = policies.get(access.policy)
  if (policy === undefined) throw new TypeError(`no policy named ${access.policy}`)
  return { kind: 'policy', policy }
}
