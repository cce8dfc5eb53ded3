import { describe, expect, it } from 'bun:test'
import type { ClaimRuleSettings } from '../../../../src/settings/claim-rule/definition.ts'
import { bearer, decideOf, makeGuard, policySettings, routeSettings } from '../../../support/make-guard.ts'
import { explain } from '../../../support/explain.ts'
import { mint } from '../../../support/tokens.ts'

const CASES: readonly (readonly [
  rule: Omit<ClaimRuleSettings, 'path'>,
  claim: unknown,
  proposed: string | undefined,
])[] = [
  [{ contains: ['admin'] }, 'editor admin', 'has_word: ["admin"]'],
  [{ contains: ['admin'] }, 'admin', 'equals: "admin"'],
  [{ contains: ['a', 'b'] }, 'b a', 'has_word: ["a","b"]'],
  [{ contains: ['admin'] }, 'editor,admin', undefined],
  [{ contains: ['admin'] }, 'Admin', undefined],
  [{ contains: ['admin'] }, ['editor'], undefined],
  [{ containsAny: ['a', 'b'] }, 'b', 'in: ["a","b"]'],
  [{ hasWord: ['admin'] }, ['admin'], 'contains: ["admin"]'],
  [{ equals: 'admin' }, ['x', 'admin'], 'contains: ["admin"]'],
  [{ equals: 'admin' }, 'x admin', 'has_word: ["admin"]'],
  [{ equals: true }, 'true', 'equals: "true"'],
  [{ equals: 'true' }, true, 'equals: true'],
  [{ equals: 1 }, '1', 'equals: "1"'],
  [{ equals: '1' }, 1, 'equals: 1'],
  [{ in: ['a', 'b'] }, ['b'], 'contains_any: ["a","b"]'],
  [{ notEquals: 'a' }, ['b'], undefined],
  [{ notIn: ['a'] }, ['b'], undefined],
  [{ equals: 'x' }, undefined, undefined],
  [{ equals: 'true', exists: true }, true, undefined],
]

describe('a claim in another form than its rule asks for', () => {
  for (const [rule, claim, proposed] of CASES) {
    it(`makes explain propose ${proposed ?? 'nothing'} for ${JSON.stringify([rule, claim])}`, async () => {
      const guard = makeGuard({
        policies: [policySettings({ claims: [{ path: 'my\\.roles', ...rule }] })],
        routes: [routeSettings()],
      })
      const token = mint({ claims: { 'my.roles': claim } })
      const { decision, steps } = await explain(decideOf(guard), bearer(token))
      expect(decision.reason).toBe('claim_rule_failed')
      const cause = steps.find(({ step }) => step === 'rules')?.likelyCause
      const fix = proposed === undefined ? undefined : `claims: { "my\\\\.roles": { ${proposed} } }`
      expect(cause?.name).toBe(fix === undefined ? undefined : 'claim_form')
      if (fix !== undefined) expect(cause?.fix).toContain(fix)
    })
  }
})
