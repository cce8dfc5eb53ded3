/** Public parts of Goma's routes below or beside guarded ones. */
import { quoted } from '../../printable.ts'
import type { Problem } from '../../settings/problem.ts'
import type { Report } from '../read-foreign.ts'
import { assertPathPattern, coversPath, type PathPattern } from '../../syntax/path-pattern.ts'
import type { Made } from './routes.ts'

interface Part {
  readonly pointer: string
  readonly order: number
  readonly hosts: readonly string[]
  readonly patterns: readonly PathPattern[]
  readonly access: 'public' | 'guarded' | 'closed'
}

/** Most guarded paths that one warning names. */
const MAX_NAMED = 5

/**
 * One warning for each of Goma's routes with such a part: it shows what the guard does not cover.
 *
 * @param routes In the order in which they are asked.
 */
export function reportPublicPaths(routes: readonly Made[], report: Report): void {
  const parts = routes.map(toPart)
  const guarded = parts.filter(({ access }) => access === 'guarded')
  const found = new Map<string, { readonly open: string; readonly near: Set<string> }>()
  for (const part of parts.filter(({ access }) => access === 'public')) {
    for (const pattern of part.patterns) {
      const near = guarded.flatMap((other) =>
        other.patterns.filter((guard) => isNear(part, pattern, other, guard)).map(withoutTree),
      )
      if (near.length === 0) continue
      const { near: known } = found.get(part.pointer) ?? { near: new Set<string>() }
      found.set(part.pointer, { open: withoutTree(pattern), near: new Set([...known, ...near]) })
    }
  }
  for (const [pointer, { open, near }] of found) report(`${pointer}/path`, toWarning(open, [...near]))
}

function toPart({ value, pointer, judges = [] }: Made, order: number): Part {
  const { host: hosts = [], path: paths = [] } = value['match'] as {
    readonly host?: readonly string[]
    readonly path?: readonly string[]
  }
  return {
    pointer,
    order,
    hosts,
    patterns: paths.map(assertPathPattern),
    access: value['access'] === 'public' ? 'public' : judges.length > 0 ? 'guarded' : 'closed',
  }
}

/** A guarded path inside a public one has public siblings; a public path inside a guarded one is a hole in it. */
function isNear(open: Part, pattern: PathPattern, other: Part, guard: PathPattern): boolean {
  if (!haveHostInCommon(open.hosts, other.hosts)) return false
  if (coversPath(pattern, guard)) return !coversPath(guard, pattern)
  return coversPath(guard, pattern) && open.order < other.order
}

const haveHostInCommon = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === 0 ||
  others.length === 0 ||
  [...some, ...others].some((host) => host.startsWith('*')) ||
  some.some((host) => others.includes(host))

const withoutTree = ({ text }: PathPattern): string => text.replace(/\/\*\*$/, '') || '/'

function toWarning(open: string, near: readonly string[]): Problem {
  const named = near.slice(0, MAX_NAMED).map((path) => quoted(path))
  const rest = near.length > MAX_NAMED ? ` and ${near.length - MAX_NAMED} more` : ''
  const message = `${quoted(open)} is public, below or beside guarded paths: ${named.join(', ')}${rest}`
  const [example = ''] = near
  const hints = [
    'to guard all of this route, name a middleware with `paths: [/*]` in it',
    `names that only begin alike (${quoted(`${example}x`)}), or that come further below, are public too; Goma up to 0.2.1 guards the first, from 0.2.8 on both: add them to \`paths\` if they are not meant for everybody`,
  ]
  return { code: 'WARN_COMPAT_PUBLIC_PATHS', message, hints }
}
