/** What the schema cannot check about a policy. */
import { toPointer } from '../../json-pointer.ts'
import { checkClaimRules } from '../claim-rule/check.ts'
import { problemAtKey, type LocatedProblem, type Named } from '../problem.ts'
import { checkTokenSource } from '../token-source/check.ts'
import type { PolicyConfig } from './definition.ts'

export function checkPolicy({ pointer, value: policy }: Named<PolicyConfig>): readonly LocatedProblem[] {
  const found: LocatedProblem[] = []
  policy.token_sources?.forEach((value, i) => {
    found.push(...checkTokenSource({ pointer: `${pointer}/token_sources/${i}`, value }))
  })
  found.push(...checkClaimRules(`${pointer}/claims`, policy.claims))
  const headers = new Map<string, string>()
  for (const name of Object.keys(policy.identity ?? {})) {
    const first = headers.get(name.toLowerCase())
    headers.set(name.toLowerCase(), first ?? name)
    if (first === undefined) continue
    const message = `the header "${name}" is the same as "${first}"`
    found.push(problemAtKey(`${pointer}/identity${toPointer([name])}`, 'ERR_CONFIG_HEADER', message))
  }
  return found
}
