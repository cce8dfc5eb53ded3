import { describe, expect, it } from 'bun:test'
import {
  ask,
  bearer,
  decideOf,
  hmacIssuer,
  mainIssuer,
  makeGuard,
  policySettings,
  routeSettings,
} from '../support/make-guard.ts'
import { explain } from '../support/explain.ts'
import { mint, mintHmac } from '../support/tokens.ts'

type Claims = Record<string, unknown>
/** One issuer has named its claims, the other has not. */
const guard = makeGuard({
  issuers: [mainIssuer({ scopeClaims: ['permissions'] }), hmacIssuer()],
  policies: [policySettings({ scope: ['orders:read'] })],
  routes: [routeSettings()],
})

const CASES: readonly (readonly [claims: Claims, named: string, usual: string])[] = [
  [{ permissions: ['orders:read'] }, 'ok', 'scope_missing'],
  [{ permissions: 'x orders:read' }, 'ok', 'scope_missing'],
  [{ scope: 'orders:read' }, 'scope_missing', 'ok'],
  [{ scp: ['orders:read'] }, 'scope_missing', 'ok'],
  [{ scope: 'orders:read', permissions: [] }, 'scope_missing', 'ok'],
  [{ scope: 'orders:read', permissions: { 'orders:read': true } }, 'claim_invalid', 'ok'],
  [{ scope: { 'orders:read': true }, permissions: 'orders:read' }, 'ok', 'claim_invalid'],
  [{ scope: 'orders:read', scp: 7 }, 'scope_missing', 'claim_invalid'],
  [{ scope: ['orders:read', 7] }, 'scope_missing', 'claim_invalid'],
  [{ scope: 'orders:read', scp: null }, 'scope_missing', 'ok'],
  [{ scopes: 'orders:read' }, 'scope_missing', 'scope_missing'],
  [{}, 'scope_missing', 'scope_missing'],
]

describe('scope_claims', () => {
  for (const [claims, named, usual] of CASES) {
    it(`makes ${named} of ${JSON.stringify(claims)}, which is ${usual} without it`, async () => {
      const reasons = [
        await ask(decideOf(guard), bearer(mint({ claims: { scope: undefined, ...claims } }))),
        await ask(decideOf(guard), bearer(mintHmac({ claims: { scope: undefined, ...claims } }))),
      ].map(({ reason }) => reason as string)
      expect(reasons).toEqual([named, usual])
    })
  }

  it('is nothing that a policy without scopes looks at', async () => {
    const lax = makeGuard({ policies: [policySettings()], routes: [routeSettings()] })
    expect((await ask(decideOf(lax), bearer(mint({ claims: { scope: 7 } })))).reason).toBe('ok')
  })

  it('challenges with the scopes that the policy asks for', async () => {
    const decision = await ask(decideOf(guard), bearer(mint({ claims: { scope: 'orders:read' } })))
    expect(decision.outcome === 'deny' ? decision.challenge : '').toContain('scope="orders:read"')
  })

  it('is proposed by explain for a scope that is in another claim', async () => {
    const causes = []
    for (const claims of [
      { permissions: ['orders:read'] },
      { scopes: 'orders:read' },
      { permissions: ['x'] },
    ]) {
      const token = mintHmac({ claims: { scope: undefined, ...claims } })
      const { steps } = await explain(decideOf(guard), bearer(token))
      causes.push(steps.find(({ step }) => step === 'scope')?.likelyCause)
    }
    expect(causes.map((cause) => cause?.name)).toEqual(['scope_claim', 'scope_claim', undefined])
    expect(causes[0]?.fix).toContain('scope_claims: [permissions]')
  })

  it('is in the facts of explain', async () => {
    const { steps } = await explain(decideOf(guard), bearer(mint({ claims: { permissions: ['x'] } })))
    const facts = steps.find(({ step }) => step === 'scope')?.facts
    expect(facts).toBe('all of [orders:read], token has [x] in `permissions`')
  })
})
