/** Path patterns: `/exact`, `/tree/**` on segment boundaries, `*` for one segment. */
import { err, ok, type Result } from '../result.ts'

export interface PathPattern {
  readonly text: string
  /** Segments without the final `**`. `*` stands for any one segment that is not empty. */
  readonly segments: readonly string[]
  /** Whether it ends with `/**`: the path itself and everything below. */
  readonly isTree: boolean
}

/** Longest pattern, in characters. */
const MAX_PATTERN_LENGTH = 2048

/**
 * Reads a pattern. Patterns are written decoded, as canonicalizePath gives paths: what it refuses could never
 * match, and a route with such a pattern would guard nothing. The error says why, for people.
 */
export function parsePathPattern(text: string): Result<PathPattern, string> {
  if (!text.startsWith('/')) return err('it does not begin with `/`')
  if (text.length > MAX_PATTERN_LENGTH) return err('it is longer than 2,048 characters')
  const pattern = splitPattern(text)
  const { segments, isTree } = pattern
  const why = segments.slice(1, isTree ? undefined : -1).includes('')
    ? 'it has `//`'
    : segments.map(whyForbidden).find((found) => found !== undefined)
  return why === undefined ? ok(pattern) : err(why)
}

/** The parts of a text that was checked before. */
export function splitPattern(text: string): PathPattern {
  const isTree = text.endsWith('/**')
  return { text, segments: splitPath(isTree ? text.slice(0, -3) : text), isTree }
}

/** Like {@link parsePathPattern}, for settings that were checked before. */
export function assertPathPattern(text: string): PathPattern {
  const pattern = parsePathPattern(text)
  if (!pattern.ok) throw new TypeError(`not a path pattern: ${text}`)
  return pattern.value
}

/**
 * Segments of a canonical path; the first, before the leading slash, is empty. `/a` and `/a/` differ: the second
 * ends with an empty segment.
 */
export const splitPath = (path: string): readonly string[] => path.split('/')

function whyForbidden(segment: string): string | undefined {
  if (segment === '.' || segment === '..') return 'it has a dot segment'
  if (segment === '**') return '`**` may only be last'
  // Inside a segment it would look like a glob that matches.
  if (segment.includes('*') && segment !== '*') return '`*` and `**` must be a whole segment'
  if (/%[0-9A-Fa-f]{2}/.test(segment)) return 'it has an escape; write the decoded character'
  const odd = /[\\;?#\u0000-\u001f\u007f]/.exec(segment)
  return odd === null ? undefined : `it has ${JSON.stringify(odd[0])}`
}

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
