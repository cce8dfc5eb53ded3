/** Paths of Goma's routes and middlewares: what they protect, as patterns that do not overlap by surprise. */
import { checkPathPattern } from '../../settings/values/paths.ts'
import type { Problem } from '../../settings/problem.ts'
import { quoted } from '../../printable.ts'
import { assertPathPattern, coversPath, type PathPattern } from '../../syntax/path-pattern.ts'
import { err, ok, type Result } from '../../result.ts'

// In some versions of Goma these make a regular expression of a path, in others they are plain characters.
const REGULAR_EXPRESSION = /[()[\]{}|^$+]|\.\*/

/** The path of a route without a final `/` or `/*`: everything at and below it. `/` is the empty string. */
export function parseRoutePath(text: string): Result<string, Problem> {
  const base = text.replace(/\/\*?$/, '')
  if (base.includes('*')) return bad(text, 'a route is a path and everything below it, without wildcards')
  return checked(text, base)
}

/** One entry of a middleware's `paths`: a path and everything below it. */
export interface ProtectedPath {
  /** Without a final `/` or `/*`; everything is the empty string. */
  readonly base: string
  /** Whether it is written with `/*` or as `/`. Otherwise some versions of Goma guard the path alone. */
  readonly saysBelow: boolean
}

/** `*` alone is everything to Goma up to 0.2.1, and no pattern to the later ones, so that nothing was guarded. */
export function parseProtectedPath(text: string): Result<ProtectedPath, Problem> {
  const saysBelow = text === '*' || text.endsWith('/*')
  const base = text.replace(saysBelow ? /\/?\*$/ : /\/$/, '')
  if (base.includes('**')) return bad(text, '`**` is not known here')
  const path = text === '*' ? ok('') : checked(text, base)
  return path.ok ? ok({ base: path.value, saysBelow: saysBelow || path.value === '' }) : path
}

function checked(text: string, base: string): Result<string, Problem> {
  if (!text.startsWith('/')) return bad(text, 'it does not begin with `/`')
  if (REGULAR_EXPRESSION.test(text)) return bad(text, 'regular expressions are not supported')
  const pattern = checkPathPattern(base === '' ? '/' : base)
  return pattern.ok ? ok(base) : err({ ...pattern.error, hints: hintsFor(text) })
}

const bad = (text: string, why: string): Result<never, Problem> =>
  err({
    code: 'ERR_CONFIG_PATH',
    message: `${quoted(text)} is not a path: ${why}`,
    hints: hintsFor(text),
  })

/** For the most common regular expression of Goma's documents, the hint is its equivalent. */
function hintsFor(text: string): readonly string[] {
  const plain = text.replace(/\/?\.\*\$?$/, '/*').replace(/^\^/, '')
  return [
    plain !== text && plain.startsWith('/') && !REGULAR_EXPRESSION.test(plain)
      ? `write ${plain}`
      : 'write /path for it and everything below it, or /* for everything',
  ]
}

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
  return slices.map((slice) => ({ ...slice, paths: withoutCovered(slice.paths) }))
}

/** Of paths with the same middlewares, those that another one covers are left out. */
function withoutCovered(paths: readonly string[]): readonly string[] {
  const patterns = paths.map(assertPathPattern)
  return patterns
    .filter((inner) => !patterns.some((outer) => outer !== inner && coversPath(outer, inner)))
    .map(({ text }) => text)
}

/**
 * Every reading that a version of Goma has of an entry, as far as it stays at or below a path: relative to the route
 * (all versions), as a whole path (from 0.2.8 on, in any letter case), and with `*` standing for nothing (a regular
 * expression from 0.2.8 on, in which `/a/*` is `/a` and slashes). An operator may rely
 * on any of them, so a path that is guarded in one reading is guarded.
 */
function patternsOf(route: string, { base }: ProtectedPath): readonly PathPattern[] {
  const bases = [...new Set([base, base.replaceAll('/*', '')])]
  return bases.flatMap((one) => {
    const whole = withinRoute(route, one)
    return [treeOf(route + one), ...(whole === undefined ? [] : [treeOf(whole)])]
  })
}

/** What a whole path and everything below it have in common with a route; undefined for nothing. */
function withinRoute(route: string, path: string): string | undefined {
  const [own, asked] = [route.split('/'), path.split('/')]
  const isShared = own.every((segment, i) => {
    const other = asked[i]
    return other === undefined || other === '*' || other.toLowerCase() === segment.toLowerCase()
  })
  return isShared ? [...own, ...asked.slice(own.length)].join('/') : undefined
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
