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

/**
 * The earliest route whose host and path match and that `accepts`; `best` if none is earlier than it.
 *
 * @param segments Of a path, from splitPath.
 */
export type FindRoute<T extends IndexedRoute> = (
  host: string,
  segments: readonly string[],
  accepts: (route: T) => boolean,
  best: T | undefined,
) => T | undefined

/** An index that routes are added to, in the operator's order. */
export interface RouteIndex<T extends IndexedRoute> {
  /** @param patterns The path patterns of the route. */
  add(route: T, patterns: readonly PathPattern[]): void
  readonly find: FindRoute<T>
}

export function createRouteIndex<T extends IndexedRoute>(): RouteIndex<T> {
  const anyHost = createNode<T>()
  const exactHosts = new Map<string, Node<T>>()
  const wildcards = new Map<string, Node<T>>()
  const rootsOf = ({ settings: { host: hosts } }: T): readonly Node<T>[] => {
    if (hosts.length === 0) return [anyHost]
    return hosts.map((host) => {
      const suffix = wildcardSuffix(host)
      return suffix === undefined ? nodeIn(exactHosts, host) : nodeIn(wildcards, suffix)
    })
  }
  const find: FindRoute<T> = (host, segments, accepts, best) => {
    let first = findFirst(anyHost, segments, 0, accepts, best)
    const exact = exactHosts.get(host)
    if (exact !== undefined) first = findFirst(exact, segments, 0, accepts, first)
    if (wildcards.size === 0) return first
    for (const suffix of suffixesOf(host)) {
      const below = wildcards.get(suffix)
      if (below !== undefined) first = findFirst(below, segments, 0, accepts, first)
    }
    return first
  }
  return {
    find,
    add(route, patterns) {
      for (const root of rootsOf(route)) for (const pattern of patterns) add(root, pattern, route)
    },
  }
}

/**
 * A segment of the patterns, or the root of the patterns for some hosts. Most nodes are the last of one pattern: what
 * is empty is absent, which saves three quarters of their memory.
 */
interface Node<T> {
  children: Map<string, Node<T>> | undefined
  star: Node<T> | undefined
  /** Entries whose pattern ends here. */
  exact: T[] | undefined
  /** Entries whose pattern continues with `/**` here. */
  tree: T[] | undefined
}

const createNode = <T>(): Node<T> => ({
  children: undefined,
  star: undefined,
  exact: undefined,
  tree: undefined,
})

function nodeIn<T>(nodes: Map<string, Node<T>>, name: string): Node<T> {
  let node = nodes.get(name)
  if (node === undefined) nodes.set(name, (node = createNode<T>()))
  return node
}

function add<T>(root: Node<T>, { segments, isTree }: PathPattern, entry: T): void {
  const node = segments.reduce(
    (above, segment) =>
      segment === '*' ? (above.star ??= createNode<T>()) : nodeIn((above.children ??= new Map()), segment),
    root,
  )
  if (isTree) (node.tree ??= []).push(entry)
  else (node.exact ??= []).push(entry)
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
  const child = node.children?.get(segment)
  if (child !== undefined) first = findFirst(child, segments, depth + 1, accepts, first)
  // `/a/` has an empty last segment; `/a/*` requires a non-empty one.
  if (node.star !== undefined && segment !== '')
    first = findFirst(node.star, segments, depth + 1, accepts, first)
  return first
}

/** Entries are in the operator's order, so the first accepted one is the earliest. */
function earliest<T extends Ordered>(
  entries: readonly T[] | undefined,
  accepts: (entry: T) => boolean,
  best: T | undefined,
): T | undefined {
  if (entries === undefined) return best
  for (const entry of entries) {
    if (best !== undefined && entry.order >= best.order) return best
    if (accepts(entry)) return entry
  }
  return best
}
