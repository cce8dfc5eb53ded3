/**
 * Paths that many applications treat as one: with and without a final slash (Express, Fiber, Koa, Spring before 6), with
 * a format at the end (`/panel.json` in Rails, Spring before 5.3), and after the script that serves them
 * (`/index.php/panel` in Symfony, Laravel, WordPress).
 */
import { foldCase } from './fold-case.ts'

/** How the patterns of all routes end, so that most paths need no other spellings. */
export interface PatternEnds {
  /** The last named segments of all patterns, without their letter case. */
  readonly names: ReadonlySet<string>
  /** Whether any pattern ends with a slash. */
  readonly hasSlash: boolean
  /** Whether any pattern ends with `*`. */
  readonly hasStar: boolean
}

/** Most scripts to try in one path. */
const MAX_SCRIPTS = 4

/** Extensions of programs that get the rest of the path, like PATH_INFO in CGI (RFC 3875 §4.1.5). */
const EXTENSION = 'php\\d?|phtml|phar|cgi|fcgi|pl|py|rb|wsgi|lua|asp|aspx|ashx|asmx|svc|cfm|cfc|exe|dll'
const SCRIPT = new RegExp(`^.+\\.(?:${EXTENSION})$`, 'i')
const ANY_SCRIPT = new RegExp(`\\.(?:${EXTENSION})/`, 'i')

/**
 * The other spellings of a path that can be split at `/`, if any pattern can match them; undefined if there are too
 * many to try.
 */
export function otherSpellings(path: string, ends: PatternEnds): readonly string[] | undefined {
  const hasDot = path.includes('.')
  if (!hasDot && !ends.hasSlash && !path.endsWith('/')) return NONE
  const hasScript = hasDot && ANY_SCRIPT.test(path)
  if (!hasScript && !canEndSo(path, ends)) return NONE
  const spellings = new Set<string>()
  const scripts = hasScript ? withoutScripts(path) : NONE
  if (scripts === undefined) return undefined
  for (const form of [path, ...scripts]) {
    for (const bare of [form, ...withoutFormat(form)]) {
      spellings.add(bare)
      spellings.add(bare.endsWith('/') ? bare.slice(0, -1) || '/' : `${bare}/`)
    }
  }
  spellings.delete(path)
  return [...spellings]
}

/** Whether any pattern ends as a spelling of the path does, but not as the path does. */
function canEndSo(path: string, { names, hasSlash, hasStar }: PatternEnds): boolean {
  const isSlashed = path.endsWith('/')
  const end = isSlashed ? path.length - 1 : path.length
  const start = path.lastIndexOf('/', end - 1) + 1
  const name = path.slice(start, end)
  if ((isSlashed || hasSlash) && (hasStar || names.has(foldCase(name)))) return true
  const first = name.indexOf('.', 1)
  if (first < 0) return false
  if (names.has(foldCase(name.slice(0, first)))) return true
  const last = name.lastIndexOf('.')
  return last !== first && names.has(foldCase(name.slice(0, last)))
}

const NONE: readonly string[] = []

/** Without each script that is followed by something, and from there on: `/x/index.php/a` is `/x/a`, or `/a`. */
function withoutScripts(path: string): readonly string[] | undefined {
  const segments = path.split('/')
  const paths: string[] = []
  for (const [i, segment] of segments.entries()) {
    if (i === segments.length - 1 || !SCRIPT.test(segment)) continue
    if (paths.length >= 2 * MAX_SCRIPTS) return undefined
    const rest = `/${segments.slice(i + 1).join('/')}`
    paths.push(segments.slice(0, i).join('/') + rest, rest)
  }
  return paths
}

/** The last named segment, cut at its last dot or at its first one. */
function withoutFormat(path: string): readonly string[] {
  const end = path.endsWith('/') ? path.length - 1 : path.length
  const start = path.lastIndexOf('/', end - 1) + 1
  const last = path.lastIndexOf('.', end - 1)
  // A name may begin with a dot: `/.well-known`.
  const first = path.indexOf('.', start + 1)
  if (last <= start || first < 0) return NONE
  return [path.slice(0, last), path.slice(0, first)]
}
