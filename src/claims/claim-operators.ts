/** The operators of claim rules, by their configuration key. */
import { isInexact } from './exact-numbers.ts'
import { compileClaimPattern } from '../syntax/claim-pattern.ts'
import type { ClaimOperands, ClaimScalar } from '../settings/claim-rule/definition.ts'

export type ClaimTest = (value: unknown) => boolean

/** One operator of a rule. */
export interface Operator<Wanted> {
  readonly compile: (wanted: Wanted) => ClaimTest
  /** Whether the operands are whole values, so that a claim can nearly equal one. */
  readonly namesValues?: true
  /** For people. Default: its configuration key and the operand, `in ["acme","globex"]`. */
  readonly text?: (wanted: Wanted) => string
}

type Operators = {
  readonly [Name in keyof ClaimOperands]: Operator<ClaimOperands[Name]>
}

/** In the order in which a rule is printed. */
export const CLAIM_OPERATORS: Operators = {
  equals: { compile: (wanted) => (value) => isSame(value, wanted), namesValues: true },
  notEquals: { compile: (wanted) => isNoneOf([wanted]), namesValues: true },
  in: { compile: (wanted) => (value) => wanted.some((one) => isSame(value, one)), namesValues: true },
  notIn: { compile: isNoneOf, namesValues: true },
  startsWith: { compile: ofText((text, wanted) => text.startsWith(wanted)) },
  endsWith: { compile: ofText((text, wanted) => text.endsWith(wanted)) },
  matches: { compile: matchesPattern, text: (wanted) => `matches ${JSON.stringify(wanted)} as a whole` },
  // An array only: a text that contains the value is not a list with it.
  contains: {
    compile: (wanted) => (value) => Array.isArray(value) && wanted.every((one) => hasItem(value, one)),
    namesValues: true,
  },
  containsAny: {
    compile: (wanted) => (value) => Array.isArray(value) && wanted.some((one) => hasItem(value, one)),
    namesValues: true,
  },
  hasWord: { compile: hasWords, namesValues: true },
  exists: {
    compile: (wanted) => (value) => isPresent(value) === wanted,
    text: (wanted) => (wanted ? 'exists' : 'is absent'),
  },
}

/** Null is how some issuers write "not set". */
export const isPresent = (value: unknown): boolean => value !== undefined && value !== null

// A number beyond 2^53 may differ from the one in the token, so no comparison with it is reliable.
const isExact = (value: unknown): boolean => typeof value !== 'number' || !isInexact(value)

const isSame = (value: unknown, wanted: ClaimScalar): boolean => value === wanted && isExact(value)

const hasItem = (list: readonly unknown[], wanted: ClaimScalar): boolean =>
  list.some((item) => isSame(item, wanted))

/**
 * A claim of another type denies: `["blocked"]` and `1` do not equal `"blocked"` or `"1"`, and would pass a rule that
 * should exclude these.
 */
function isNoneOf(wanted: readonly ClaimScalar[]): ClaimTest {
  const types = new Set<string>(wanted.map((one) => typeof one))
  return (value) => types.has(typeof value) && isExact(value) && !wanted.some((one) => value === one)
}

/** No text begins or ends with an empty one here. */
function ofText(test: (text: string, wanted: string) => boolean): (wanted: string) => ClaimTest {
  return (wanted) => (value) => wanted !== '' && typeof value === 'string' && test(value, wanted)
}

/** The configuration was checked; a wrong pattern throws. */
function matchesPattern(pattern: string): ClaimTest {
  const compiled = compileClaimPattern(pattern)
  if (!compiled.ok) throw new TypeError(`invalid pattern: ${compiled.error}`)
  return (value) => typeof value === 'string' && compiled.value(value)
}

/** Words are separated by spaces, like the scopes of RFC 8693 §4.2; a tab or a comma is part of a word. */
function hasWords(wanted: readonly string[]): ClaimTest {
  return (value) => {
    if (typeof value !== 'string') return false
    const words = value.split(' ')
    return wanted.every((word) => word !== '' && words.includes(word))
  }
}
