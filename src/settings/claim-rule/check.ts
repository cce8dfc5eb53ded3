/** Claim rules that check nothing, or contradict themselves. */
import { toPointer } from '../../json-pointer.ts'
import type { LocatedProblem, Problem } from '../problem.ts'
import type { ClaimRuleConfig } from './definition.ts'

/** @param pointer Where the rules are written. */
export function checkClaimRules(
  pointer: string,
  rules: Readonly<Record<string, ClaimRuleConfig>> = {},
): readonly LocatedProblem[] {
  return Object.entries(rules).flatMap(([name, rule]): readonly LocatedProblem[] => {
    const at = `${pointer}${toPointer([name])}`
    const set = Object.values(rule).filter((value) => value !== undefined)
    if (set.length === 0) return [{ pointer: at, problem: EMPTY_RULE }]
    const isContradiction = rule.exists === false && set.length > 1
    return isContradiction ? [{ pointer: `${at}/exists`, problem: CONTRADICTION }] : []
  })
}

const EMPTY_RULE: Problem = {
  code: 'ERR_CONFIG_CLAIM_RULE',
  message: 'this claim rule checks nothing',
  hints: ['write a value, or an operator such as equals, in, contains or exists'],
}
const CONTRADICTION: Problem = {
  code: 'ERR_CONFIG_CLAIM_RULE',
  message: '`exists: false` cannot be combined with another operator',
}
