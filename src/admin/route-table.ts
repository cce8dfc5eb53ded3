/** Finds the route of a path: bytes are compared as sent, so a path has one spelling. */
import type { AdminRoute } from './admin-route.ts'

export interface FoundPath {
  /** Of this path, by method. */
  readonly routes: ReadonlyMap<string, AdminRoute>
  readonly params: ReadonlyMap<string, string>
}

const NO_PARAMS: ReadonlyMap<string, string> = new Map()

interface Pattern {
  /** Undefined for a parameter. */
  readonly fixed: readonly (string | undefined)[]
  readonly names: readonly string[]
  readonly routes: Map<string, AdminRoute>
}

/**
 * @param routes Of any order; a fixed path precedes one with parameters.
 * @returns Finds a path; undefined if there is none.
 * @throws TypeError if two routes have the same method and path.
 */
export function compileRouteTable(routes: readonly AdminRoute[]): (path: string) => FoundPath | undefined {
  const fixed = new Map<string, FoundPath & { readonly routes: Map<string, AdminRoute> }>()
  const patterns = new Map<string, Pattern>()
  for (const route of routes) {
    const known = route.path.includes('{')
      ? getOrAdd(patterns, route.path, () => toPattern(route.path))
      : getOrAdd(fixed, route.path, () => ({ routes: new Map(), params: NO_PARAMS }))
    if (known.routes.has(route.method)) throw new TypeError(`two routes for ${route.method} ${route.path}`)
    known.routes.set(route.method, route)
  }
  const withParams = [...patterns.values()]
  return (path) => {
    const found = fixed.get(path)
    if (found !== undefined) return found
    const segments = path.split('/')
    for (const pattern of withParams) {
      const params = matchPattern(pattern, segments)
      if (params !== undefined) return { routes: pattern.routes, params }
    }
    return undefined
  }
}

function toPattern(path: string): Pattern {
  const segments = path.split('/')
  const names = segments.filter((segment) => segment.startsWith('{')).map((segment) => segment.slice(1, -1))
  const fixed = segments.map((segment) => (segment.startsWith('{') ? undefined : segment))
  return { fixed, names, routes: new Map() }
}

function matchPattern(
  { fixed, names }: Pattern,
  segments: readonly string[],
): ReadonlyMap<string, string> | undefined {
  if (segments.length !== fixed.length) return undefined
  const params = new Map<string, string>()
  for (const [index, wanted] of fixed.entries()) {
    const segment = segments[index] ?? ''
    if (wanted === segment) continue
    const value = wanted === undefined ? decodeSegment(segment) : undefined
    if (value === undefined) return undefined
    params.set(names[params.size] ?? '', value)
  }
  return params
}

/** A slash in a value, or a dot segment, has two readings: somebody else may have resolved it, or not. */
const UNSAFE = /[/\\\p{Cc}]|^\.{1,2}$/u

function decodeSegment(segment: string): string | undefined {
  const value = decodeStrictly(segment)
  return value === undefined || value === '' || UNSAFE.test(value) ? undefined : value
}

/** Undefined if its percent-encoding is not that of UTF-8. */
export function decodeStrictly(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function getOrAdd<V>(map: Map<string, V>, key: string, create: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const created = create()
  map.set(key, created)
  return created
}
