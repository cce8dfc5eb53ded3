/** The rule of a middleware of Goma, by its type. */
import { toName } from '../../../settings/default-names.ts'
import type { z } from 'zod'
import type { LocatedProblem } from '../../../settings/problem.ts'
import { toPointer } from '../../../json-pointer.ts'
import { toLocatedProblems } from '../../../settings/read/schema-problems.ts'
import { notedIn, unsupported } from '../noted-keys.ts'
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
import type { GomaMiddleware } from '../schema.ts'

/** What became of a rule. */
interface ReadRule {
  readonly judge: Judge | undefined
  readonly problems: readonly LocatedProblem[]
}

type RuleReader = (middleware: GomaMiddleware, path: readonly PropertyKey[], root: unknown) => ReadRule

/** Under every name that some version of Goma has for them, in lower case. */
export const RULE_READERS: ReadonlyMap<string, RuleReader> = new Map<string, RuleReader>(
  Object.entries({
    jwt: (middleware, path, root) =>
      (isLocalJwt(middleware.rule) ? readLocalJwt : readAuthRequest)(middleware, path, root),
    jwtauth: readLocalJwt,
    forwardauth: ({ rule }, path, root) =>
      readRule(ForwardAuthRuleSchema, rule, path, root, translateForwardAuth),
    basic: readBasicAuth,
    basicauth: readBasicAuth,
    ratelimit: ({ rule }, path, root) => readRule(RateLimitRuleSchema, rule, path, root, translateRateLimit),
    access: ({ rule }, path, root) => readRule(AccessRuleSchema, rule, path, root, () => ({ kind: 'deny' })),
  }),
)

const isLocalJwt = (rule: unknown): boolean =>
  typeof rule === 'object' &&
  rule !== null &&
  !Object.hasOwn(rule, 'url') &&
  Object.keys(rule).some((key) => LOCAL_JWT_KEYS.includes(key))

function readLocalJwt(middleware: GomaMiddleware, path: readonly PropertyKey[], root: unknown): ReadRule {
  const name = toName(middleware.name, `middleware-${String(path[1])}`)
  const read = readRule(LocalJwtRuleSchema, middleware.rule, path, root, (rule) =>
    translateLocalJwt(name, rule),
  )
  return { ...read, problems: [...read.problems, ...strayMaps(middleware, path)] }
}

function readBasicAuth(middleware: GomaMiddleware, path: readonly PropertyKey[], root: unknown): ReadRule {
  const read = readRule(BasicAuthRuleSchema, middleware.rule, path, root, translateBasicAuth)
  const repeated = repeatedUsers(middleware.rule).map(({ at, ...problem }) => ({
    pointer: toPointer([...path, 'rule', 'users', at]),
    problem,
  }))
  return { ...read, problems: [...read.problems, ...repeated, ...strayMaps(middleware, path)] }
}

/** `headers` and `params` are read inside `rule`, and beside it, as in Goma's document. */
function readAuthRequest(middleware: GomaMiddleware, path: readonly PropertyKey[], root: unknown): ReadRule {
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
      const problem = { code: 'ERR_CONFIG_USELESS_KEY', message } as const
      return { pointer: toPointer([...path, key]), problem, atKey: true }
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
): ReadRule {
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
