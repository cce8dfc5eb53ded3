/** Claim rules of policies: from the configuration to settings, and back. */
import type { ClaimOperator, ClaimRuleSettings } from '../settings/claim-rule/definition.ts'
import { compact, escape, type Value } from './config-value.ts'
import type { ClaimRuleConfig } from './schema-policy.ts'

/** What each operator is called in the settings. */
const OPERATORS: Readonly<Record<keyof ClaimRuleConfig, ClaimOperator>> = {
  equals: 'equals',
  not_equals: 'notEquals',
  in: 'in',
  not_in: 'notIn',
  starts_with: 'startsWith',
  matches: 'matches',
  contains: 'contains',
  contains_any: 'containsAny',
  has_word: 'hasWord',
  exists: 'exists',
}
const WORDS = Object.keys(OPERATORS) as (keyof ClaimRuleConfig)[]

/** The operators that are written, in one order. */
export const toClaimRule = (path: string, rule: ClaimRuleConfig): ClaimRuleSettings => ({
  path,
  ...compact(Object.fromEntries(WORDS.map((word) => [OPERATORS[word], rule[word]]))),
})

/** The inverse of {@link toClaimRule}. */
export const fromClaimRule = (rule: ClaimRuleSettings): Value =>
  compact(Object.fromEntries(WORDS.map((word) => [word, escaped(rule[OPERATORS[word]])])))

function escaped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(escaped)
  return typeof value === 'string' ? escape(value) : value
}
