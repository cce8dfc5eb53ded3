/** Routes by host and path, so that the first of ten thousand is found as fast as the first of ten. */
import { suffixesOf, wildcardSuffix } from './host-pattern.ts'
import type { PathPattern } from '../syntax/path-pattern.ts'

/** An entry with a position in the operator's order. */
export interface Ordered {
  readonly order: number
}

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

interface Node<T> {
  readonly children: Map<string, Node<T>>
  star: Node<T> | undefined
  /** Entries whose pattern ends here. */
  readonly exact: T[]
  /** Entries whose pattern continues with `/**` here. */
  readonly tree: T[]
}

/** An index over path patterns. */
interface RouteTree<T extends Ordered> {
  add(pattern: PathPattern, entry: T): void
  /** The earliest entry whose pattern matches and that `accepts`; `best` if none is earlier than it. */
  first(segments: readonly string[], accepts: (entry: T) => boolean, best: T | undefined): T | undefined
}

function createRouteTree<T extends Ordered>(): RouteTree<T> {
  const root = createNode<T>()
  return {
    add(pattern, entry) {
      const node = pattern.segments.reduce(descend, root)
      ;(pattern.isTree ? node.tree : node.exact).push(entry)
    },
    first: (segments, accepts, best) => findFirst(root, segments, 0, accepts, best),
  }
}

const createNode = <T>(): Node<T> => ({ children: new Map(), star: undefined, exact: [], tree: [] })

function descend<T>(node: Node<T>, segment: string): Node<T> {
  if (segment === '*') return (node.star ??= createNode<T>())
  let child = node.children.get(segment)
  if (child === undefined) node.children.set(segment, (child = createNode<T>()))
  return child
}

function findFirst<T extends Ordered>(
  node: Node<T>,
  segments: readonly string[],
  depth: number,
  accepts: (entry: T) => boolean,
  best: T | undefined,
): T | undefined {
  let first = earliest(node.tree, accepts, best)
  const segment = segments[depth]
  if (segment === undefined) return earliest(node.exact, accepts, first)
  const child = node.children.get(segment)
  if (child !== undefined) first = findFirst(child, segments, depth + 1, accepts, first)
  // `/a/` has an empty last segment; `/a/*` requires a non-empty one.
  if (node.star !== undefined && segment !== '')
    first = findFirst(node.star, segments, depth + 1, accepts, first)
  return first
}

/** Entries are in the operator's order, so the first accepted one is the earliest. */
function earliest<T extends Ordered>(
  entries: readonly T[],
  accepts: (entry: T) => boolean,
  best: T | undefined,
): T | undefined {
  for (const entry of entries) {
    if (best !== undefined && entry.order >= best.order) return best
    if (accepts(entry)) return entry
  }
  return best
}
