import { describe, expect, it } from 'bun:test'
import { compileClaimRule } from '../../src/claims/compile-claim-rule.ts'
import type { ClaimRuleSettings } from '../../src/settings/claim-rule/definition.ts'
import type { Claims } from '../../src/syntax/claim-path.ts'

const TENANT: ClaimRuleSettings = { path: 'tid', in: ['a', 'b'] }
const SPIFFE: ClaimRuleSettings = { path: 'sub', startsWith: 'spiffe://example.org/' }

const CASES: readonly (readonly [what: string, claims: Claims, rule: ClaimRuleSettings, outcome: string])[] =
  [
    ['one of the texts', { tid: 'b' }, TENANT, 'ok'],
    ['another text', { tid: 'c' }, TENANT, 'claim_invalid'],
    ['another letter case', { tid: 'A' }, TENANT, 'claim_invalid'],
    ['a list that holds one of them', { tid: ['a'] }, TENANT, 'claim_invalid'],
    ['no claim', {}, TENANT, 'claim_missing'],
    ['null', { tid: null }, TENANT, 'claim_missing'],
    ['an inherited name', {}, { path: 'constructor', in: ['a'] }, 'claim_missing'],
    ['a beginning', { sub: 'spiffe://example.org/web' }, SPIFFE, 'ok'],
    ['a longer trust domain', { sub: 'spiffe://example.org.evil/web' }, SPIFFE, 'claim_invalid'],
    ['both of two conditions', { sub: 'ab' }, { path: 'sub', in: ['ab'], startsWith: 'b' }, 'claim_invalid'],
  ]

describe('a rule for the claims of every token of an issuer', () => {
  for (const [what, claims, settings, outcome] of CASES) {
    it(`answers ${outcome} for ${what}`, () => {
      const rule = compileClaimRule(settings)
      const reason = rule.isClaimPresent(claims) ? 'claim_invalid' : 'claim_missing'
      expect(rule.holds(claims) ? 'ok' : reason).toBe(outcome)
    })
  }
})
