/** Goma's middlewares → what judges a native route. */
import { toPointer } from '../../../json-pointer.ts'
import { quoted } from '../../../printable.ts'
import { mistake, type Problem } from '../../../settings/problem.ts'
import { suggestion } from '../../../suggest.ts'
import type { Report } from '../../read-foreign.ts'
import { unsupported, withoutEffect } from '../noted-keys.ts'
import type { ProtectedPath } from '../paths.ts'
import type { GomaMiddleware } from '../schema.ts'
import type { Judge } from './judges.ts'
import { RULE_READERS } from './read-rule.ts'

/** A middleware that was understood. */
export interface Middleware {
  readonly name: string
  /** Where it is written. */
  readonly pointer: string
  readonly paths: readonly ProtectedPath[]
  readonly judge: Judge
}

/** Types that Goma has and Warder does not, and what to do instead. */
export const UNSUPPORTED_TYPES: Readonly<Record<string, string>> = {
  ...each('ldap ldapAuth oauth oauth2', 'let an auth service judge: type `jwt` or `forwardAuth`'),
  ...each(
    'accessPolicy geoBlock userAgentBlock httpCache bodyLimit addPrefix rewriteRegex stripQuery redirect redirectScheme redirectRegex requestHeaders responseHeaders errorInterceptor accessLog',
    'do it in the application, or in a proxy in front',
  ),
}

function each(types: string, hint: string): Readonly<Record<string, string>> {
  return Object.fromEntries(types.split(' ').map((type) => [type, hint]))
}

const SUPPORTED_TYPES = 'jwt jwtAuth forwardAuth basic basicAuth access rateLimit'.split(' ')

/** @param root The whole document, to tell what is missing from what is wrong. */
export function readMiddlewares(
  middlewares: readonly GomaMiddleware[],
  root: unknown,
  report: Report,
): readonly Middleware[] {
  const known: Middleware[] = []
  const names = new Set<string>()
  for (const [i, middleware] of middlewares.entries()) {
    const path = ['middlewares', i]
    const pointer = toPointer(path)
    if (names.has(middleware.name)) {
      const message = `the middleware ${quoted(middleware.name)} already exists`
      report(`${pointer}/name`, mistake('ERR_CONFIG_DUPLICATE_NAME', message))
    }
    names.add(middleware.name)
    const readRule = RULE_READERS.get(middleware.type.toLowerCase())
    if (readRule === undefined) {
      report(`${pointer}/type`, unknownType(middleware.type))
      continue
    }
    if (protectedPaths(middleware).length === 0 && !countsAll(middleware))
      report(`${pointer}/paths`, NO_PATHS)
    const judge = readRule({ middleware, path, root }, report)
    reportWidened(middleware, pointer, report)
    reportMisplaced(middleware, pointer, report)
    const paths = countsAll(middleware) ? [EVERYTHING] : protectedPaths(middleware)
    if (judge !== undefined) known.push({ name: middleware.name, pointer, paths, judge })
  }
  return known
}

/** Not of rate limits, which guard nothing. */
function reportWidened(middleware: GomaMiddleware, pointer: string, report: Report): void {
  const { type, paths = [] } = middleware
  const narrow = protectedPaths(middleware)
    .filter(({ saysBelow }) => !saysBelow)
    .map(({ base }) => quoted(base))
  if (narrow.length === 0 || type.toLowerCase() === 'ratelimit') return
  const named = narrow.length > 5 ? [...narrow.slice(0, 5), '…'] : narrow
  const message = `${named.join(', ')}: guarded with everything below, where Goma 0.2.2 to 0.2.7 guards that path alone`
  const hint = 'append `/*` to mean that; for one path alone write an exact `path` in a warder.yaml'
  const first = paths.findIndex((path) => 'base' in path && !path.saysBelow)
  report(`${pointer}/paths/${first}`, mistake('WARN_COMPAT_PATH_WIDENED', message, hint))
}

/** A rate limit without `paths` is that of the whole route. */
const countsAll = ({ type, paths }: GomaMiddleware): boolean =>
  paths === undefined && type.toLowerCase() === 'ratelimit'

const EVERYTHING: ProtectedPath = { base: '', saysBelow: true }

const protectedPaths = ({ paths = [] }: GomaMiddleware): readonly ProtectedPath[] =>
  paths.filter((path) => 'base' in path)

/** A route that names one nevertheless names an unknown middleware, which is an error. */
function reportMisplaced({ paths = [] }: GomaMiddleware, pointer: string, report: Report): void {
  paths.forEach((path, i) => {
    if ('base' in path) return
    const message = `the middleware ${quoted(path.name)} has no effect: it is written inside the \`paths\` of another`
    report(`${pointer}/paths/${i}`, withoutEffect(message, 'indent it like the other middlewares'))
  })
}

function unknownType(type: string): Problem {
  const hint = Object.hasOwn(UNSUPPORTED_TYPES, type) ? UNSUPPORTED_TYPES[type] : undefined
  if (hint !== undefined) return unsupported(`a middleware of type ${quoted(type)} is not supported`, hint)
  const message = `there is no type of middleware ${quoted(type)}`
  return {
    code: 'ERR_CONFIG_VALUE',
    message,
    ...suggestion(type, [...SUPPORTED_TYPES, ...Object.keys(UNSUPPORTED_TYPES)]),
  }
}

const NO_PATHS = mistake(
  'ERR_CONFIG_MISSING_KEY',
  'a middleware without `paths` guards nothing',
  'write the paths to guard, relative to the route; `/*` is everything',
)
