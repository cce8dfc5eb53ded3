/** Paths of Goma's routes and middlewares: what they protect, as patterns that do not overlap by surprise. */
import { parsePathPattern as checkPattern } from '../config/path-pattern.ts'
import type { Problem } from '../config/diagnostic.ts'
import { quoted } from '../config/printable.ts'
import { assertPathPattern, coversPath } from '../policy/path-pattern.ts'
import type { PathPattern } from '../policy/path-pattern.ts'
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'

// In some versions of Goma these make a regular expression of a path, in others they are plain characters.
const REGULAR_EXPRESSION = /[()[\]{}|^$+]/

/** The path of a route without a final `/` or `/*`: everything at and below it. `/` is the empty string. */
export function parseRoutePath(text: string): Result<string, Problem> {
  const base = text.replace(/\/\*?$/, '')
  if (base.includes('*')) return bad(text, 'a route is a path and everything below it, without wildcards')
  return checked(text, base)
}

/** One entry of a middleware's `paths`, relative to its route. */
export interface ProtectedPath {
  /** Without a final `/`; `/` is the empty string. */
  readonly base: string
  /** Whether it was written with `/*`: the path itself and everything below. */
  readonly isTree: boolean
}

export function parseProtectedPath(text: string): Result<ProtectedPath, Problem> {
  const isTree = text.endsWith('/*')
  const base = text.replace(isTree ? /\/\*$/ : /\/$/, '')
  if (base.includes('**')) return bad(text, '`**` is not known here')
  const path = checked(text, base)
  return path.ok ? ok({ base: path.value, isTree }) : path
}

function checked(text: string, base: string): Result<string, Problem> {
  if (!text.startsWith('/')) return bad(text, 'it does not begin with `/`')
  if (REGULAR_EXPRESSION.test(text)) return bad(text, 'regular expressions are not supported')
  const pattern = checkPattern(base === '' ? '/' : base)
  return pattern.ok ? ok(base) : pattern
}

const bad = (text: string, why: string): Result<never, Problem> =>
  err({
    code: 'ERR_CONFIG_PATH',
    message: `${quoted(text)} is not a path: ${why}`,
    hints: ['write /exact, /tree/* for a path and everything below it, or /* for everything'],
  })

/** Paths of a route that the same middlewares apply to. */
export interface Slice {
  /** Native path patterns. */
  readonly paths: readonly string[]
  /** Indexes of the middlewares, in the order in which they were given. */
  readonly middlewares: readonly number[]
}

/** More patterns than this in one route are refused: they are multiplied where they overlap. */
const MAX_PATTERNS = 512

/**
 * Cuts everything at and below a route into slices, so that the first that matches a request names exactly the
 * middlewares that apply to it; undefined when that takes too many patterns.
 *
 * @param middlewares The protected paths of each middleware.
 */
export function slicePaths(
  route: string,
  middlewares: readonly (readonly ProtectedPath[])[],
): readonly Slice[] | undefined {
  const claims = middlewares.map((paths) => paths.flatMap((path) => patternsOf(route, path)))
  const patterns = withIntersections([treeOf(route), ...claims.flat()])
  if (patterns === undefined) return undefined
  const slices: { paths: string[]; middlewares: readonly number[] }[] = []
  for (const pattern of patterns.sort(narrowFirst)) {
    const applying = claims.flatMap((own, i) => (own.some((claim) => coversPath(claim, pattern)) ? [i] : []))
    const last = slices.at(-1)
    if (last?.middlewares.join() === applying.join()) last.paths.push(pattern.text)
    else slices.push({ paths: [pattern.text], middlewares: applying })
  }
  return slices
}

/** `/x` is `/x/` as well: servers treat them as one more often than not, and the second must not be open. */
function patternsOf(route: string, { base, isTree }: ProtectedPath): readonly PathPattern[] {
  const path = route + base
  if (isTree) return [treeOf(path)]
  return path === '' ? [assertPathPattern('/')] : [assertPathPattern(path), assertPathPattern(`${path}/`)]
}

const treeOf = (path: string): PathPattern => assertPathPattern(`${path}/**`)

/** Where two patterns overlap without one covering the other, both apply: that part is a pattern of its own. */
function withIntersections(given: readonly PathPattern[]): PathPattern[] | undefined {
  const known = new Map(given.map((pattern) => [pattern.text, pattern]))
  // The map grows while it is read; what is added is read as well.
  for (const a of known.values()) {
    for (const b of known.values()) {
      const both = intersect(a, b)
      if (both !== undefined) known.set(both.text, both)
      if (known.size > MAX_PATTERNS) return undefined
    }
  }
  return [...known.values()]
}

function intersect(a: PathPattern, b: PathPattern): PathPattern | undefined {
  const segments: string[] = []
  for (let i = 0; i < Math.max(a.segments.length, b.segments.length); i++) {
    const [first, second] = [a.segments[i] ?? tail(a), b.segments[i] ?? tail(b)]
    if (first === undefined || second === undefined) return undefined
    if (first === second || second === ANY) segments.push(first)
    else if (first === ANY) segments.push(second)
    else if (first === '*' && second !== '') segments.push(second)
    else if (second === '*' && first !== '') segments.push(first)
    else return undefined
  }
  const isTree = a.isTree && b.isTree
  return assertPathPattern(`${segments.join('/')}${isTree ? '/**' : ''}`)
}

/** Stands for whatever is below a tree; no segment holds a slash. */
const ANY = '/'
const tail = ({ isTree }: PathPattern): string | undefined => (isTree ? ANY : undefined)

/** A pattern comes before every other that covers it. */
const narrowFirst = (a: PathPattern, b: PathPattern): number =>
  b.segments.length - a.segments.length || Number(a.isTree) - Number(b.isTree) || stars(a) - stars(b)

const stars = ({ segments }: PathPattern): number => segments.filter((segment) => segment === '*').length
