import { describe, expect, it } from 'bun:test'
import { detailOf } from '../support/denials.ts'
import {
  ask,
  bearer,
  decideOf,
  mainIssuer,
  makeGuard,
  policySettings,
  routeSettings,
} from '../support/make-guard.ts'
import { explain } from '../support/explain.ts'
import { mint } from '../support/tokens.ts'

type Claims = Record<string, unknown>
const guard = makeGuard({
  issuers: [
    mainIssuer({
      audience: ['api://orders', 'api://stock'],
      require: ['client_id'],
      maxAgeSeconds: 3600,
      claims: [
        { path: 'tid', in: ['acme', 'globex'] },
        { path: 'unit', startsWith: 'de-' },
      ],
    }),
  ],
  policies: [policySettings({ claims: [{ path: 'level', equals: 3 }] })],
  routes: [routeSettings()],
})
const GOOD: Claims = {
  aud: 'api://orders',
  client_id: 'c',
  tid: 'acme',
  unit: 'de-1',
  level: 3,
  sub: 'alice',
}

const CASES: readonly (readonly [
  claims: Claims,
  reason: string,
  claim: string,
  expected: string,
  found: string,
])[] = [
  [{ level: '3' }, 'claim_rule_failed', 'level', 'equals 3', 'the text "3", not the number 3'],
  [{ level: undefined }, 'claim_rule_failed', 'level', 'equals 3', 'absent'],
  [{ level: 'hidden-value' }, 'claim_rule_failed', 'level', 'equals 3', 'a text of 12 characters'],
  [{ tid: undefined }, 'claim_missing', 'tid', 'in ["acme","globex"]', 'absent'],
  [{ tid: null }, 'claim_missing', 'tid', 'in ["acme","globex"]', 'null'],
  [{ tid: '' }, 'claim_invalid', 'tid', 'in ["acme","globex"]', 'an empty text'],
  [{ tid: 'ACME' }, 'claim_invalid', 'tid', 'in ["acme","globex"]', 'the text "acme" in another letter case'],
  [{ tid: ['acme'] }, 'claim_invalid', 'tid', 'in ["acme","globex"]', 'a list with the text "acme"'],
  [{ tid: 'hidden-value' }, 'claim_invalid', 'tid', 'in ["acme","globex"]', 'a text of 12 characters'],
  [{ unit: 'hidden-value' }, 'claim_invalid', 'unit', 'starts_with "de-"', 'a text of 12 characters'],
  [{ client_id: undefined }, 'claim_missing', 'client_id', 'is required', 'absent'],
  [{ client_id: null }, 'claim_missing', 'client_id', 'is required', 'null'],
  [{ sub: 7 }, 'claim_invalid', 'sub', 'is a text', 'a number'],
  [{ jti: ['hidden-value'] }, 'claim_invalid', 'jti', 'is a text', 'a list of 1'],
  [{ aud: undefined }, 'audience_missing', 'aud', 'has one of ["api://orders","api://stock"]', 'absent'],
  [{ aud: [] }, 'audience_missing', 'aud', 'has one of ["api://orders","api://stock"]', 'an empty list'],
  [
    { aud: 'API://orders' },
    'audience_mismatch',
    'aud',
    'has one of ["api://orders","api://stock"]',
    'the text "api://orders" in another letter case',
  ],
  [
    { aud: ['hidden-value', 'x'] },
    'audience_mismatch',
    'aud',
    'has one of ["api://orders","api://stock"]',
    'a list of 2',
  ],
  [{ aud: { a: 'hidden-value' } }, 'claim_invalid', 'aud', 'is a text or a list of texts', 'an object'],
  [
    { exp: 'hidden-value' },
    'claim_invalid',
    'exp',
    'is a number of seconds between 0 and 253402300799',
    'a text of 12 characters',
  ],
  [{ nbf: null }, 'claim_invalid', 'nbf', 'is a number of seconds between 0 and 253402300799', 'null'],
  [{ iat: undefined }, 'claim_missing', 'iat', 'is required by `max_age`', 'absent'],
]

describe('a denial for a claim', () => {
  for (const [claims, reason, claim, expected, found] of CASES) {
    it(`has what is expected beside what ${JSON.stringify(claims)} is`, async () => {
      const request = bearer(mint({ claims: { ...GOOD, ...claims } }))
      const explained = await explain(decideOf(guard), request)
      const { steps, failed } = explained
      for (const decision of [await ask(decideOf(guard), request), explained.decision]) {
        const detail = detailOf(decision)
        expect([decision.reason as string, detail]).toEqual([
          reason,
          `\`${claim}\` ${expected}; the claim is ${found}`,
        ])
        expect(detail).not.toContain('hidden-value')
      }
      expect(failed?.miss).toEqual({ claim, expected, found })
      // Audiences are shown, which operators have to compare; nothing else of a token is.
      if (claim !== 'aud') expect(JSON.stringify(steps)).not.toContain('hidden-value')
      const isAbout = ['time', 'audience'].includes(failed?.step ?? '') || failed?.facts.includes(found)
      expect(isAbout).toBe(true)
    })
  }

  it('allows the token that has all of it', async () =>
    expect((await ask(decideOf(guard), bearer(mint({ claims: GOOD })))).reason).toBe('ok'))

  it('shows a long audience in part, and how many more there are', async () => {
    const aud = ['x'.repeat(500), ...Array.from({ length: 20 }, (_, i) => `a${i}`)]
    const { steps } = await explain(decideOf(guard), bearer(mint({ claims: { ...GOOD, aud } })))
    const facts = steps.find(({ step }) => step === 'audience')?.facts ?? ''
    expect(facts).toContain(`"${'x'.repeat(64)}…"`)
    expect(facts).toContain('13 more')
  })
})
