/** Path patterns: `/exact`, `/tree/**` on segment boundaries, `*` for one segment. */

export interface PathPattern {
  readonly text: string
  /** Segments without the final `**`. `*` stands for any one segment that is not empty. */
  readonly segments: readonly string[]
  /** Whether it ends with `/**`: the path itself and everything below. */
  readonly isTree: boolean
}

/** Undefined for what is not a pattern. Patterns are written decoded, as canonicalizePath gives paths. */
export function parsePathPattern(text: string): PathPattern | undefined {
  if (!text.startsWith('/') || text.includes('//')) return undefined
  const isTree = text === '/**' || text.endsWith('/**')
  const segments = splitPath(isTree ? text.slice(0, -3) : text)
  return segments.some(isForbidden) ? undefined : { text, segments, isTree }
}

/** Like {@link parsePathPattern}, for settings that were checked before. */
export function assertPathPattern(text: string): PathPattern {
  const pattern = parsePathPattern(text)
  if (pattern === undefined) throw new TypeError(`not a path pattern: ${text}`)
  return pattern
}

/**
 * Segments of a canonical path; the first, before the leading slash, is empty. `/a` and `/a/` differ: the second
 * ends with an empty segment.
 */
export const splitPath = (path: string): readonly string[] => path.split('/')

// `*` inside a segment would look like a glob that matches; what canonicalizePath refuses could never match.
const isForbidden = (segment: string): boolean =>
  (segment.includes('*') && segment !== '*') ||
  segment === '.' ||
  segment === '..' ||
  /[\\;?#\u0000-\u001f\u007f]|%[0-9A-Fa-f]{2}/.test(segment)

/** Whether every path that matches `inner` also matches `outer`. */
export function coversPath(outer: PathPattern, inner: PathPattern): boolean {
  if (inner.isTree && !outer.isTree) return false
  if (outer.segments.length > inner.segments.length) return false
  if (!outer.isTree && outer.segments.length !== inner.segments.length) return false
  return outer.segments.every((segment, index) => {
    const other = inner.segments[index]
    return segment === '*' ? other !== '' : segment === other
  })
}
