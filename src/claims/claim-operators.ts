/** The operators of claim rules, by their configuration key. */
import { compileClaimPattern } from '../syntax/claim-pattern.ts'
import { toWord } from '../syntax/word.ts'
import type { ClaimOperands, ClaimOperator, ClaimScalar } from '../settings/claim-rule/definition.ts'

export type ClaimTest = (value: unknown) => boolean

/** One operator of a rule. */
export interface Operator<Wanted> {
  /** For people: `in ["acme","globex"]`. */
  readonly text: (wanted: Wanted) => string
  readonly compile: (wanted: Wanted) => ClaimTest
  /** Whether the operands are whole values, so that a claim can nearly equal one. */
  readonly namesValues: boolean
}

type Operators = {
  readonly [Name in keyof ClaimOperands]: Operator<ClaimOperands[Name]>
}

/** In the order in which a rule is printed. */
export const CLAIM_OPERATORS: Operators = {
  equals: compares('equals', (wanted) => (value) => isSame(value, wanted)),
  notEquals: compares('notEquals', (wanted) => isNoneOf([wanted])),
  in: compares('in', (wanted) => (value) => wanted.some((one) => isSame(value, one))),
  notIn: compares('notIn', isNoneOf),
  startsWith: {
    text: worded('startsWith'),
    compile: (wanted) => (value) => wanted !== '' && typeof value === 'string' && value.startsWith(wanted),
    namesValues: false,
  },
  matches: {
    text: (wanted) => `matches ${JSON.stringify(wanted)} as a whole`,
    compile: matchesPattern,
    namesValues: false,
  },
  // An array only: a text that contains the value is not a list with it.
  contains: compares(
    'contains',
    (wanted) => (value) =>
      Array.isArray(value) && wanted.every((one) => value.some((item) => isSame(item, one))),
  ),
  containsAny: compares(
    'containsAny',
    (wanted) => (value) =>
      Array.isArray(value) && wanted.some((one) => value.some((item) => isSame(item, one))),
  ),
  hasWord: compares('hasWord', hasWords),
  exists: {
    text: (wanted) => (wanted ? 'exists' : 'is absent'),
    compile: (wanted) => (value) => isPresent(value) === wanted,
    namesValues: false,
  },
}

/** Null is how some issuers write "not set". */
export const isPresent = (value: unknown): boolean => value !== undefined && value !== null

function compares<Name extends ClaimOperator>(
  name: Name,
  compile: Operator<ClaimOperands[Name]>['compile'],
): Operator<ClaimOperands[Name]> {
  return { text: worded(name), compile, namesValues: true }
}

/** With the configuration key: `not_in ["a"]`. */
function worded(name: ClaimOperator): (wanted: unknown) => string {
  return (wanted) => `${toWord(name)} ${JSON.stringify(wanted)}`
}

// A number beyond 2^53 may differ from the one in the token, so no comparison with it is reliable.
const isExact = (value: unknown): boolean =>
  typeof value !== 'number' ||
  (Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)))

const isSame = (value: unknown, wanted: ClaimScalar): boolean => value === wanted && isExact(value)

/**
 * A claim of another type denies: `["blocked"]` and `1` do not equal `"blocked"` or `"1"`, and would pass a rule that
 * should exclude these.
 */
function isNoneOf(wanted: readonly ClaimScalar[]): ClaimTest {
  const types = new Set<string>(wanted.map((one) => typeof one))
  return (value) => types.has(typeof value) && isExact(value) && !wanted.some((one) => value === one)
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
