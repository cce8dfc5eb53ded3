/** Routes by host and path, so that the first of ten thousand is found as fast as the first of ten. */
import { suffixesOf, wildcardSuffix } from './host-pattern.ts'
import type { PathPattern } from '../syntax/path-pattern.ts'
import { createRouteTree, type Ordered, type RouteTree } from './route-tree.ts'

/** The part of a route that the index needs. */
export interface IndexedRoute extends Ordered {
  readonly settings: { readonly host: readonly string[] }
}

export interface RouteIndex<T extends IndexedRoute> {
  /**
   * The earliest route whose host and path match and that `accepts`; `best` if none is earlier than it.
   *
   * @param segments Of a path, from splitPath.
   */
  first(
    host: string,
    segments: readonly string[],
    accepts: (route: T) => boolean,
    best: T | undefined,
  ): T | undefined
}

/** @param patternsOf The path patterns of a route. */
export function createRouteIndex<T extends IndexedRoute>(
  routes: readonly T[],
  patternsOf: (route: T) => readonly PathPattern[],
): RouteIndex<T> {
  const anyHost = createRouteTree<T>()
  const exactHosts = new Map<string, RouteTree<T>>()
  const wildcards = new Map<string, RouteTree<T>>()
  const treesOf = ({ settings: { host: hosts } }: T): readonly RouteTree<T>[] => {
    if (hosts.length === 0) return [anyHost]
    return hosts.map((host) => {
      const suffix = wildcardSuffix(host)
      return suffix === undefined ? treeIn(exactHosts, host) : treeIn(wildcards, suffix)
    })
  }
  for (const route of routes) {
    const patterns = patternsOf(route)
    for (const tree of treesOf(route)) for (const pattern of patterns) tree.add(pattern, route)
  }
  return {
    first(host, segments, accepts, best) {
      let first = anyHost.first(segments, accepts, best)
      first = exactHosts.get(host)?.first(segments, accepts, first) ?? first
      if (wildcards.size === 0) return first
      for (const suffix of suffixesOf(host))
        first = wildcards.get(suffix)?.first(segments, accepts, first) ?? first
      return first
    },
  }
}

function treeIn<T extends Ordered>(trees: Map<string, RouteTree<T>>, key: string): RouteTree<T> {
  let tree = trees.get(key)
  if (tree === undefined) trees.set(key, (tree = createRouteTree<T>()))
  return tree
}
