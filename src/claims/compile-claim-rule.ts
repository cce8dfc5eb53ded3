/** Compiled claim rules. */
import { toWord } from '../syntax/word.ts'
import { CLAIM_OPERATORS, isPresent, type ClaimTest, type Operator } from './claim-operators.ts'
import { assertClaimPath, readClaim, type Claims } from '../syntax/claim-path.ts'
import type {
  ClaimOperands,
  ClaimOperator,
  ClaimRuleSettings,
  ClaimScalar,
} from '../settings/claim-rule/definition.ts'
import { describeFound } from './describe-found.ts'

export interface CompiledClaimRule {
  readonly settings: ClaimRuleSettings
  /** The claim, as the operator wrote it. */
  readonly claim: string
  /** The requirement, for people: `in ["acme","globex"]`. */
  readonly expected: string
  readonly holds: (claims: Claims) => boolean
  readonly isClaimPresent: (claims: Claims) => boolean
  /** The claim found, for people: `the text "true", not the boolean true`. */
  readonly found: (claims: Claims) => string
}

const OPERATORS = Object.keys(CLAIM_OPERATORS) as ClaimOperator[]

/**
 * Compiles one rule, of an issuer or of a policy; all of its operators must hold. Compares type and value: `"1"` is
 * not `1`.
 */
export function compileClaimRule(rule: ClaimRuleSettings): CompiledClaimRule {
  const path = assertClaimPath(rule.path)
  const operators = OPERATORS.flatMap((name) => compileOperator(name, rule[name]))
  const wanted = valuesOf(rule)
  return {
    settings: rule,
    claim: rule.path,
    expected: operators.map(({ text }) => text).join(' and '),
    holds: (claims) => operators.every(({ test }) => test(readClaim(claims, path))),
    isClaimPresent: (claims) => isPresent(readClaim(claims, path)),
    found: (claims) => describeFound(readClaim(claims, path), wanted),
  }
}

function compileOperator<Name extends ClaimOperator>(
  name: Name,
  wanted: ClaimOperands[Name] | undefined,
): readonly { readonly text: string; readonly test: ClaimTest }[] {
  if (wanted === undefined) return []
  const operator: Operator<ClaimOperands[Name]> = CLAIM_OPERATORS[name]
  const text = operator.text?.(wanted) ?? `${toWord(name)} ${JSON.stringify(wanted)}`
  return [{ text, test: operator.compile(wanted) }]
}

/** The values that a rule names, and that a claim can nearly equal. */
const valuesOf = (rule: ClaimRuleSettings): readonly ClaimScalar[] =>
  OPERATORS.filter((name) => CLAIM_OPERATORS[name].namesValues).flatMap((name) => rule[name] ?? [])
