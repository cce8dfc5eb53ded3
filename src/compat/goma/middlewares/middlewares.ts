/** Goma's middlewares → what judges a native route. */
import { toName } from '../../../settings/default-names.ts'
import type { z } from 'zod'
import type { LocatedProblem, Problem } from '../../../settings/problem.ts'
import { toPointer } from '../../../json-pointer.ts'
import { quoted } from '../../../printable.ts'
import { toLocatedProblems } from '../../../settings/read/schema-problems.ts'
import { suggestion } from '../../../suggest.ts'
import { notedIn, unsupported, withoutEffect } from '../noted-keys.ts'
import {
  translateAuthRequest,
  translateForwardAuth,
  translateRateLimit,
  type Judge,
  type RuleProblem,
} from './judges.ts'
import { translateLocalJwt } from './local-jwt.ts'
import { BasicAuthRuleSchema, repeatedUsers, translateBasicAuth } from './basic-auth.ts'
import {
  AccessRuleSchema,
  AuthRequestRuleSchema,
  ForwardAuthRuleSchema,
  LOCAL_JWT_KEYS,
  LocalJwtRuleSchema,
  RateLimitRuleSchema,
} from './rules.ts'
import type { ProtectedPath } from '../paths.ts'
import type { GomaMiddleware } from '../schema.ts'

/** A middleware that was understood. */
export interface Middleware {
  readonly name: string
  /** Where it is written. */
  readonly pointer: string
  readonly paths: readonly ProtectedPath[]
  readonly judge: Judge
}

interface Read {
  readonly judge: Judge | undefined
  readonly problems: readonly LocatedProblem[]
}

type ReadRule = (middleware: GomaMiddleware, path: readonly PropertyKey[], root: unknown) => Read

/** Under every name that some version of Goma has for them, in lower case. */
const TYPES: ReadonlyMap<string, ReadRule> = new Map<string, ReadRule>(
  Object.entries({
    jwt: (middleware, path, root) =>
      isLocalJwt(middleware.rule)
        ? readLocalJwt(middleware, path, root)
        : readAuthRequest(middleware, path, root),
    jwtauth: readLocalJwt,
    forwardauth: (middleware, path, root) =>
      readRule(ForwardAuthRuleSchema, middleware.rule, path, root, translateForwardAuth),
    basic: readBasicAuth,
    basicauth: readBasicAuth,
    ratelimit: (middleware, path, root) =>
      readRule(RateLimitRuleSchema, middleware.rule, path, root, translateRateLimit),
    access: (middleware, path, root) =>
      readRule(AccessRuleSchema, middleware.rule, path, root, () => ({ kind: 'deny' })),
  }),
)

/** Types that Goma has and Warder does not, and what to do instead. */
export const UNSUPPORTED_TYPES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['ldap', 'ldapAuth', 'oauth', 'oauth2'].map((type) => [
      type,
      'let an auth service judge: type `jwt` or `forwardAuth`',
    ]),
  ),
  ...Object.fromEntries(
    'accessPolicy geoBlock userAgentBlock httpCache bodyLimit addPrefix rewriteRegex stripQuery redirect redirectScheme redirectRegex requestHeaders responseHeaders errorInterceptor accessLog'
      .split(' ')
      .map((type) => [type, 'do it in the application, or in a proxy in front']),
  ),
}

const KNOWN_TYPES: readonly string[] = [
  'jwt',
  'jwtAuth',
  'forwardAuth',
  'basic',
  'basicAuth',
  'access',
  'rateLimit',
  ...Object.keys(UNSUPPORTED_TYPES),
]

/** @param root The whole document, to tell what is missing from what is wrong. */
export function readMiddlewares(
  middlewares: readonly GomaMiddleware[],
  root: unknown,
): { readonly known: readonly Middleware[]; readonly problems: readonly LocatedProblem[] } {
  const known: Middleware[] = []
  const problems: LocatedProblem[] = []
  const names = new Set<string>()
  middlewares.forEach((middleware, i) => {
    const path = ['middlewares', i]
    const pointer = toPointer(path)
    if (names.has(middleware.name)) {
      const message = `the middleware ${quoted(middleware.name)} already exists`
      problems.push({ pointer: `${pointer}/name`, problem: { code: 'ERR_CONFIG_DUPLICATE_NAME', message } })
    }
    names.add(middleware.name)
    const read = TYPES.get(middleware.type.toLowerCase())
    if (read === undefined)
      return problems.push({ pointer: `${pointer}/type`, problem: unknownType(middleware.type) })
    if (protectedPaths(middleware).length === 0 && !countsAll(middleware))
      problems.push({ pointer: `${pointer}/paths`, problem: NO_PATHS })
    const { judge, problems: found } = read(middleware, path, root)
    problems.push(...found)
    problems.push(...widened(middleware, pointer), ...misplaced(middleware, pointer))
    if (judge === undefined) return undefined
    const paths = countsAll(middleware) ? [EVERYTHING] : protectedPaths(middleware)
    return known.push({ name: middleware.name, pointer, paths, judge })
  })
  return { known, problems }
}

/** Not of rate limits, which guard nothing. */
function widened(middleware: GomaMiddleware, pointer: string): readonly LocatedProblem[] {
  const { type, paths = [] } = middleware
  const narrow = protectedPaths(middleware)
    .filter(({ saysBelow }) => !saysBelow)
    .map(({ base }) => quoted(base))
  if (narrow.length === 0 || type.toLowerCase() === 'ratelimit') return []
  const named = narrow.length > 5 ? [...narrow.slice(0, 5), '…'] : narrow
  const problem: Problem = {
    code: 'WARN_COMPAT_PATH_WIDENED',
    message: `${named.join(', ')}: guarded with everything below, where Goma 0.2.2 to 0.2.7 guards that path alone`,
    hints: ['append `/*` to mean that; for one path alone write an exact `path` in a warder.yaml'],
  }
  const first = paths.findIndex((path) => 'base' in path && !path.saysBelow)
  return [{ pointer: `${pointer}/paths/${first}`, problem }]
}

/** A rate limit without `paths` is that of the whole route. */
const countsAll = ({ type, paths }: GomaMiddleware): boolean =>
  paths === undefined && type.toLowerCase() === 'ratelimit'

const EVERYTHING: ProtectedPath = { base: '', saysBelow: true }

const protectedPaths = ({ paths = [] }: GomaMiddleware): readonly ProtectedPath[] =>
  paths.filter((path) => 'base' in path)

/** A route that names one nevertheless names an unknown middleware, which is an error. */
const misplaced = ({ paths = [] }: GomaMiddleware, pointer: string): readonly LocatedProblem[] =>
  paths.flatMap((path, i): readonly LocatedProblem[] => {
    if ('base' in path) return []
    const message = `the middleware ${quoted(path.name)} has no effect: it is written inside the \`paths\` of another`
    const problem = withoutEffect(message, 'indent it like the other middlewares')
    return [{ pointer: `${pointer}/paths/${i}`, problem }]
  })

function unknownType(type: string): Problem {
  const hint = Object.hasOwn(UNSUPPORTED_TYPES, type) ? UNSUPPORTED_TYPES[type] : undefined
  if (hint !== undefined) return unsupported(`a middleware of type ${quoted(type)} is not supported`, hint)
  const message = `there is no type of middleware ${quoted(type)}`
  return { code: 'ERR_CONFIG_VALUE', message, ...suggestion(type, KNOWN_TYPES) }
}

const NO_PATHS: Problem = {
  code: 'ERR_CONFIG_MISSING_KEY',
  message: 'a middleware without `paths` guards nothing',
  hints: ['write the paths to guard, relative to the route; `/*` is everything'],
}

const isLocalJwt = (rule: unknown): boolean =>
  typeof rule === 'object' &&
  rule !== null &&
  !Object.hasOwn(rule, 'url') &&
  Object.keys(rule).some((key) => LOCAL_JWT_KEYS.includes(key))

function readLocalJwt(middleware: GomaMiddleware, path: readonly PropertyKey[], root: unknown): Read {
  const name = toName(middleware.name, `middleware-${String(path[1])}`)
  const read = readRule(LocalJwtRuleSchema, middleware.rule, path, root, (rule) =>
    translateLocalJwt(name, rule),
  )
  return { ...read, problems: [...read.problems, ...strayMaps(middleware, path)] }
}

function readBasicAuth(middleware: GomaMiddleware, path: readonly PropertyKey[], root: unknown): Read {
  const read = readRule(BasicAuthRuleSchema, middleware.rule, path, root, translateBasicAuth)
  const repeated = repeatedUsers(middleware.rule).map(({ at, ...problem }) => ({
    pointer: toPointer([...path, 'rule', 'users', at]),
    problem,
  }))
  return { ...read, problems: [...read.problems, ...repeated, ...strayMaps(middleware, path)] }
}

/** `headers` and `params` are read inside `rule`, and beside it, as in Goma's document. */
function readAuthRequest(middleware: GomaMiddleware, path: readonly PropertyKey[], root: unknown): Read {
  const rule = middleware.rule
  const inside = typeof rule === 'object' && rule !== null ? (rule as Readonly<Record<string, unknown>>) : {}
  const beside = (['headers', 'params'] as const).filter((key) => middleware[key] !== undefined)
  const twice = beside.filter((key) => Object.hasOwn(inside, key))
  const problems = twice.map((key): LocatedProblem => {
    const message = `\`${key}\` is written beside \`rule\` and inside it`
    return {
      pointer: toPointer([...path, key]),
      atKey: true,
      problem: { code: 'ERR_CONFIG_EXACTLY_ONE', message, hints: ['keep one of them'] },
    }
  })
  const whole = { ...inside, ...Object.fromEntries(beside.map((key) => [key, middleware[key]])) }
  const value = rule === undefined || rule === null || typeof rule === 'object' ? whole : rule
  const read = readRule(AuthRequestRuleSchema, value, path, root, (checked) =>
    translateAuthRequest(checked, beside),
  )
  // What was moved into the rule is shown where it is written.
  const moved = read.problems.map((found) => {
    const key = beside.find((name) => found.pointer.startsWith(toPointer([...path, 'rule', name])))
    if (key === undefined || twice.length > 0) return found
    return { ...found, pointer: found.pointer.replace('/rule/', '/') }
  })
  return { judge: problems.length > 0 ? undefined : read.judge, problems: [...problems, ...moved] }
}

const strayMaps = (middleware: GomaMiddleware, path: readonly PropertyKey[]): readonly LocatedProblem[] =>
  (['headers', 'params'] as const)
    .filter((key) => middleware[key] !== undefined)
    .map((key) => {
      const message = `\`${key}\` has an effect on the type \`jwt\` with a \`url\` only`
      return {
        pointer: toPointer([...path, key]),
        atKey: true,
        problem: { code: 'ERR_CONFIG_USELESS_KEY', message },
      }
    })

const ENCRYPTED = unsupported(
  'a rule that is encrypted for Goma is not supported',
  'write it in plain text, into a file that only the user of Warder may read',
)

function readRule<Rule>(
  schema: z.ZodType<Rule>,
  rule: unknown,
  middlewarePath: readonly PropertyKey[],
  root: unknown,
  translate: (rule: Rule) => Judge | RuleProblem,
): Read {
  const path = [...middlewarePath, 'rule']
  if (typeof rule === 'string' && rule.includes('-----BEGIN PGP '))
    return { judge: undefined, problems: [{ pointer: toPointer(path), problem: ENCRYPTED }] }
  const read = schema.safeParse(rule ?? {})
  if (!read.success) {
    const issues = read.error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }))
    return { judge: undefined, problems: toLocatedProblems(issues, root) }
  }
  const problems = notedIn(read.data, path)
  const judge = translate(read.data)
  if ('code' in judge) {
    const { at, ...problem } = judge
    const pointer = toPointer(at === undefined ? path : [...path, at])
    return { judge: undefined, problems: [...problems, { pointer, problem }] }
  }
  return { judge, problems }
}
