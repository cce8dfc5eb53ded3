/** Claim rules in the form that a decision reads. */
import { assertClaimPath, readClaim, type Claims } from './claim-path.ts'
import type { ClaimRuleSettings, ClaimScalar } from './claim-rule.ts'

export interface CompiledClaimRule {
  /** As the operator wrote it, for people: `tenant in ["acme","globex"]`. */
  readonly text: string
  readonly holds: (claims: Claims) => boolean
  /**
   * What the claim is, for people: `the text "true", not the boolean true`. The type alone, and the value only if the
   * rule itself has it in another type: values of claims are not for logs.
   */
  readonly found: (claims: Claims) => string
}

type Test = (value: unknown) => boolean

/** Compiles one rule; all of its operators must hold. Compares type and value: `"1"` is not `1`. */
export function compileClaimRule(rule: ClaimRuleSettings): CompiledClaimRule {
  const path = assertClaimPath(rule.path)
  const tests = testsOf(rule)
  const text = `${rule.path} ${tests.map(([name]) => name).join(' and ')}`
  return {
    text,
    holds: (claims) => tests.every(([, test]) => test(readClaim(claims, path))),
    found: (claims) => describeFound(readClaim(claims, path), rule),
  }
}

function describeFound(value: unknown, { equal, in: anyOf, contains }: ClaimRuleSettings): string {
  const wanted = [...(equal === undefined ? [] : [equal]), ...(anyOf ?? []), ...(contains ?? [])]
  const meant = wanted.find((one) => typeof one !== typeof value && String(one) === String(value))
  if (meant === undefined || typeof value === 'object') return typeText(value)
  return `the ${NAMES[typeof value] ?? typeof value} ${JSON.stringify(value)}, not the ${NAMES[typeof meant]} ${JSON.stringify(meant)}`
}

const NAMES: Readonly<Record<string, string>> = { string: 'text', number: 'number', boolean: 'boolean' }

function typeText(value: unknown): string {
  if (value === undefined) return 'absent'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${NAMES[typeof value] ?? typeof value}`
}

function testsOf(rule: ClaimRuleSettings): readonly (readonly [string, Test])[] {
  const tests: [string, Test][] = []
  const { equal, contains, exists } = rule
  if (equal !== undefined) tests.push([`equals ${JSON.stringify(equal)}`, (value) => isSame(value, equal)])
  if (rule.in !== undefined) tests.push([`in ${JSON.stringify(rule.in)}`, isOneOf(rule.in)])
  if (contains !== undefined) tests.push([`contains ${JSON.stringify(contains)}`, holdsAll(contains)])
  if (exists !== undefined)
    tests.push([exists ? 'exists' : 'is absent', (value) => isPresent(value) === exists])
  return tests
}

// A number past 2^53 may be another one than the token said; it equals nothing.
const isSame = (value: unknown, wanted: ClaimScalar): boolean =>
  value === wanted && (typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value))

const isOneOf =
  (wanted: readonly ClaimScalar[]): Test =>
  (value) =>
    wanted.some((one) => isSame(value, one))

// An array only: a string that happens to hold the text is not a list with it.
const holdsAll =
  (wanted: readonly ClaimScalar[]): Test =>
  (value) =>
    Array.isArray(value) && wanted.every((one) => value.some((item) => isSame(item, one)))

/** Null is how some issuers write "not set". */
export const isPresent = (value: unknown): boolean => value !== undefined && value !== null
