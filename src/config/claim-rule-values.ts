/** Claim rules of issuers and policies: from the configuration to settings, and back. */
import type { ClaimOperator, ClaimRuleSettings } from '../settings/claim-rule/definition.ts'
import { compact, escape, type Value } from './config-value.ts'
import { ClaimRuleSchema, type ClaimRuleConfig } from './schema-policy.ts'
import { fromWord } from '../syntax/word.ts'

/** The operators of the schema, with their names in the settings. */
const OPERATORS = (Object.keys(ClaimRuleSchema.shape) as (keyof ClaimRuleConfig)[]).map(
  (word) => [word, fromWord(word) as ClaimOperator] as const,
)

/** The operators that are written, in one order. */
export const toClaimRule = (path: string, rule: ClaimRuleConfig): ClaimRuleSettings => ({
  path,
  ...compact(Object.fromEntries(OPERATORS.map(([word, name]) => [name, rule[word]]))),
})

/** The inverse of {@link toClaimRule}. */
export const fromClaimRule = (rule: ClaimRuleSettings): Value =>
  compact(Object.fromEntries(OPERATORS.map(([word, name]) => [word, escaped(rule[name])])))

function escaped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(escaped)
  return typeof value === 'string' ? escape(value) : value
}
