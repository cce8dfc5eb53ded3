/** Routes, compiled to an index by host, path and method. First match wins, in the operator's order. */
import { suffixesOf, wildcardSuffix } from './host-pattern.ts'
import { assertPathPattern, splitPath, type PathPattern } from './path-pattern.ts'
import type { Policy } from './compile-policy.ts'
import { createRouteTree, type Ordered, type RouteTree } from './route-tree.ts'
import type { RouteSettings } from './settings.ts'

export type RouteAccess =
  | { readonly kind: 'public' }
  | { readonly kind: 'deny' }
  | { readonly kind: 'policy'; readonly policy: Policy }
  /** What only the gateway can ask; see the settings. */
  | { readonly kind: 'forward_auth' | 'basic_auth' | 'all_of' }

export interface Route extends Ordered {
  readonly name: string
  readonly methods: ReadonlySet<string> | undefined
  readonly access: RouteAccess
  readonly settings: RouteSettings
}

/** What a route is asked by. */
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
  /** The first route before `limit` whose host and path match, and that `accepts`; undefined if none does. */
  firstBefore(
    limit: Route,
    query: Omit<RouteQuery, 'method'>,
    accepts: (route: Route) => boolean,
  ): Route | undefined
}

const ANY_PATH: PathPattern = assertPathPattern('/**')

/** @param policies Compiled policies by name. A route that names no known one throws; the configuration was checked. */
export function compileRoutes(
  settings: readonly RouteSettings[],
  policies: ReadonlyMap<string, Policy>,
): RouteTable {
  const routes = settings.map((route, order) => compileRoute(route, order, policies))
  const anyHost = createRouteTree<Route>()
  const exactHosts = new Map<string, RouteTree<Route>>()
  const wildcards = new Map<string, RouteTree<Route>>()
  for (const route of routes) {
    for (const tree of treesOf(route, anyHost, exactHosts, wildcards)) {
      for (const pattern of patternsOf(route.settings)) tree.add(pattern, route)
    }
  }
  const treesFor = (host: string): readonly RouteTree<Route>[] => {
    const exact = exactHosts.get(host)
    const matching = exact === undefined ? [anyHost] : [anyHost, exact]
    if (wildcards.size > 0)
      for (const suffix of suffixesOf(host)) pushIfThere(matching, wildcards.get(suffix))
    return matching
  }
  return {
    routes,
    methods: new Set(settings.flatMap(({ methods }) => methods)),
    match({ host, path, method }) {
      const segments = splitPath(path)
      const accepts = (route: Route): boolean => route.methods === undefined || route.methods.has(method)
      let first: Route | undefined
      for (const tree of treesFor(host)) first = tree.first(segments, accepts, first)
      return first
    },
    firstBefore(limit, { host, path }, accepts) {
      const segments = splitPath(path)
      let first: Route | undefined = limit
      for (const tree of treesFor(host)) first = tree.first(segments, accepts, first)
      return first === limit ? undefined : first
    },
  }
}

function pushIfThere<T>(list: T[], item: T | undefined): void {
  if (item !== undefined) list.push(item)
}

/** The path patterns of a route; a route without any matches every path. */
export const patternsOf = (route: RouteSettings): readonly PathPattern[] =>
  route.paths.length === 0 ? [ANY_PATH] : route.paths.map(assertPathPattern)

function compileRoute(settings: RouteSettings, order: number, policies: ReadonlyMap<string, Policy>): Route {
  return {
    name: settings.name,
    order,
    methods: settings.methods.length === 0 ? undefined : new Set(settings.methods),
    access: compileAccess(settings.access, policies),
    settings,
  }
}

function compileAccess(access: RouteSettings['access'], policies: ReadonlyMap<string, Policy>): RouteAccess {
  if (access.kind !== 'policy') return { kind: access.kind }
  const policy = policies.get(access.policy)
  if (policy === undefined) throw new TypeError(`no policy named ${access.policy}`)
  return { kind: 'policy', policy }
}

function treesOf(
  route: Route,
  anyHost: RouteTree<Route>,
  exactHosts: Map<string, RouteTree<Route>>,
  wildcards: Map<string, RouteTree<Route>>,
): readonly RouteTree<Route>[] {
  if (route.settings.hosts.length === 0) return [anyHost]
  return route.settings.hosts.map((host) => {
    const suffix = wildcardSuffix(host)
    return suffix === undefined ? treeIn(exactHosts, host) : treeIn(wildcards, suffix)
  })
}

function treeIn(trees: Map<string, RouteTree<Route>>, key: string): RouteTree<Route> {
  let tree = trees.get(key)
  if (tree === undefined) trees.set(key, (tree = createRouteTree<Route>()))
  return tree
}
