import { describe, expect, it } from 'bun:test'
import { checkClaimValues } from '../../src/jwt/check-claim-values.ts'
import type { ClaimValueSettings } from '../../src/settings/issuer/definition.ts'
import type { JsonObject } from '../../src/strict-json.ts'

const TENANT: ClaimValueSettings = { claim: 'tid', oneOf: ['a', 'b'] }
const SPIFFE: ClaimValueSettings = { claim: 'sub', startsWith: 'spiffe://example.org/' }

const CASES: readonly (readonly [
  what: string,
  claims: JsonObject,
  rule: ClaimValueSettings,
  outcome: string,
])[] = [
  ['one of the texts', { tid: 'b' }, TENANT, 'ok'],
  ['another text', { tid: 'c' }, TENANT, 'claim_invalid'],
  ['another letter case', { tid: 'A' }, TENANT, 'claim_invalid'],
  ['a list that holds one of them', { tid: ['a'] }, TENANT, 'claim_invalid'],
  ['no claim', {}, TENANT, 'claim_missing'],
  ['null', { tid: null }, TENANT, 'claim_missing'],
  ['an inherited name', {}, { claim: 'constructor', oneOf: ['a'] }, 'claim_missing'],
  ['a beginning', { sub: 'spiffe://example.org/web' }, SPIFFE, 'ok'],
  ['a longer trust domain', { sub: 'spiffe://example.org.evil/web' }, SPIFFE, 'claim_invalid'],
  [
    'both of two conditions',
    { sub: 'ab' },
    { claim: 'sub', oneOf: ['ab'], startsWith: 'b' },
    'claim_invalid',
  ],
]

describe('checkClaimValues', () => {
  for (const [what, claims, rule, outcome] of CASES) {
    it(`says ${outcome} to ${what}`, () => {
      const checked = checkClaimValues(claims, [rule])
      expect(checked.ok ? 'ok' : checked.error.reason).toBe(outcome)
    })
  }

  it('asks for nothing without rules', () => expect(checkClaimValues({}, []).ok).toBe(true))
})
