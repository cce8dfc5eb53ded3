/** The rule of a middleware of Goma, by its type. */
import { mistake } from '../../../settings/problem.ts'
import { toName } from '../../../settings/default-names.ts'
import type { z } from 'zod'
import { toPointer } from '../../../json-pointer.ts'
import { toLocatedProblems } from '../../../settings/read/schema-problems.ts'
import type { Report } from '../../read-foreign.ts'
import { reportNoted, unsupported } from '../noted-keys.ts'
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

/** A rule, and where it is written. */
interface WrittenRule {
  readonly middleware: GomaMiddleware
  /** Of the middleware. */
  readonly path: readonly PropertyKey[]
  /** The whole document, to tell what is missing from what is wrong. */
  readonly root: unknown
}

/** @returns Undefined for a rule with a mistake. */
type RuleReader = (written: WrittenRule, report: Report) => Judge | undefined

/** Under every name that some version of Goma has for them, in lower case. */
export const RULE_READERS: ReadonlyMap<string, RuleReader> = new Map<string, RuleReader>(
  Object.entries({
    jwt: (written, report) =>
      (isLocalJwt(written.middleware.rule) ? readLocalJwt : readAuthRequest)(written, report),
    jwtauth: readLocalJwt,
    forwardauth: readBy(ForwardAuthRuleSchema, translateForwardAuth),
    basic: readBasicAuth,
    basicauth: readBasicAuth,
    ratelimit: readBy(RateLimitRuleSchema, translateRateLimit),
    access: readBy(AccessRuleSchema, () => ({ kind: 'deny' })),
  }),
)

const isLocalJwt = (rule: unknown): boolean =>
  typeof rule === 'object' &&
  rule !== null &&
  !Object.hasOwn(rule, 'url') &&
  Object.keys(rule).some((key) => LOCAL_JWT_KEYS.includes(key))

function readLocalJwt(written: WrittenRule, report: Report): Judge | undefined {
  const name = toName(written.middleware.name, `middleware-${String(written.path[1])}`)
  reportStrayMaps(written, report)
  return readBy(LocalJwtRuleSchema, (rule) => translateLocalJwt(name, rule))(written, report)
}

function readBasicAuth(written: WrittenRule, report: Report): Judge | undefined {
  reportStrayMaps(written, report)
  const read = readBy(BasicAuthRuleSchema, (rule) => {
    for (const { at, ...problem } of repeatedUsers(rule))
      report(toPointer([...written.path, 'rule', 'users', at]), problem)
    return translateBasicAuth(rule)
  })
  return read(written, report)
}

/** Read inside `rule`, and beside it, as in Goma's document; of some types only. */
const MAPS = ['headers', 'params'] as const

function readAuthRequest(written: WrittenRule, report: Report): Judge | undefined {
  const { middleware, path } = written
  const { rule } = middleware
  const inside = typeof rule === 'object' && rule !== null ? (rule as Readonly<Record<string, unknown>>) : {}
  const beside = MAPS.filter((key) => middleware[key] !== undefined)
  const twice = beside.filter((key) => Object.hasOwn(inside, key))
  for (const key of twice) {
    const message = `\`${key}\` is written beside \`rule\` and inside it`
    const problem = mistake('ERR_CONFIG_EXACTLY_ONE', message, 'keep one of them')
    report(toPointer([...path, key]), problem, 'at key')
  }
  const whole = { ...inside, ...Object.fromEntries(beside.map((key) => [key, middleware[key]])) }
  const value = rule === undefined || rule === null || typeof rule === 'object' ? whole : rule
  // What was moved into the rule is shown where it is written.
  const reportMoved: Report = (pointer, problem, atKey) => {
    const isMoved = beside.some((key) => pointer.startsWith(toPointer([...path, 'rule', key])))
    report(isMoved && twice.length === 0 ? pointer.replace('/rule/', '/') : pointer, problem, atKey)
  }
  const read = readBy(AuthRequestRuleSchema, (checked) => translateAuthRequest(checked, beside))
  const judge = read({ ...written, middleware: { ...middleware, rule: value } }, reportMoved)
  return twice.length > 0 ? undefined : judge
}

function reportStrayMaps({ middleware, path }: WrittenRule, report: Report): void {
  for (const key of MAPS.filter((one) => middleware[one] !== undefined)) {
    const message = `\`${key}\` has an effect on the type \`jwt\` with a \`url\` only`
    report(toPointer([...path, key]), mistake('ERR_CONFIG_USELESS_KEY', message), 'at key')
  }
}

const ENCRYPTED = unsupported(
  'a rule that is encrypted for Goma is not supported',
  'write it in plain text, into a file that only the user of Warder may read',
)

function readBy<Rule>(schema: z.ZodType<Rule>, translate: (rule: Rule) => Judge | RuleProblem): RuleReader {
  return ({ middleware: { rule }, path: middlewarePath, root }, report) => {
    const path = [...middlewarePath, 'rule']
    if (typeof rule === 'string' && rule.includes('-----BEGIN PGP ')) {
      report(toPointer(path), ENCRYPTED)
      return undefined
    }
    const read = schema.safeParse(rule ?? {})
    if (!read.success) {
      const issues = read.error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }))
      for (const { pointer, problem, atKey } of toLocatedProblems(issues, root))
        report(pointer, problem, atKey ? 'at key' : undefined)
      return undefined
    }
    reportNoted(read.data, path, report)
    const judge = translate(read.data)
    if (!('code' in judge)) return judge
    const { at, ...problem } = judge
    report(toPointer(at === undefined ? path : [...path, at]), problem)
    return undefined
  }
}
