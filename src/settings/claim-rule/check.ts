/** Claim rules that check nothing, or contradict themselves. */
import { toPointer } from '../../json-pointer.ts'
import { problemAt, type LocatedProblem } from '../problem.ts'
import type { ClaimRuleConfig } from './definition.ts'

/** @param pointer Where the rules are written. */
export function checkClaimRules(
  pointer: string,
  rules: Readonly<Record<string, ClaimRuleConfig>> = {},
): readonly LocatedProblem[] {
  return Object.entries(rules).flatMap(([name, rule]) => {
    const at = `${pointer}${toPointer([name])}`
    const set = Object.values(rule).filter((value) => value !== undefined)
    if (set.length === 0) {
      const hint = 'write a value, or an operator such as equals, in, contains or exists'
      return [problemAt(at, 'ERR_CONFIG_CLAIM_RULE', 'this claim rule checks nothing', hint)]
    }
    if (rule.exists !== false || set.length === 1) return []
    const message = '`exists: false` cannot be combined with another operator'
    return [problemAt(`${at}/exists`, 'ERR_CONFIG_CLAIM_RULE', message)]
  })
}
