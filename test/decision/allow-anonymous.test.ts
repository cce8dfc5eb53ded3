import { describe, expect, it } from 'bun:test'
import { ask, bearer, decideOf, makeGuard, policySettings, routeSettings } from '../support/make-guard.ts'
import { explain } from '../support/explain.ts'
import { mint, NOW_SECONDS } from '../support/tokens.ts'

const IDENTITY = [
  { name: 'X-User', claim: 'sub', arrays: 'csv', encoding: 'percent', maxBytes: 100 },
] as const
const guard = makeGuard({
  policies: [policySettings({ scope: ['orders:read'], identity: IDENTITY })],
  routes: [{ ...routeSettings(), allowAnonymous: true }],
})
const strict = makeGuard({
  policies: [policySettings({ scope: ['orders:read'], identity: IDENTITY })],
  routes: [routeSettings()],
})
const good = mint({ claims: { scope: 'orders:read', sub: 'alice' } })

type Request = ReturnType<typeof bearer>
const withHeaders = (headers: Headers): Request => ({ ...bearer(good), headers })
const authorization = (value: string): Request => withHeaders(new Headers({ authorization: value }))
const CASES: readonly (readonly [
  name: string,
  request: Request,
  reason: string,
  user: string | undefined,
])[] = [
  ['no token', withHeaders(new Headers()), 'anonymous', ''],
  ['a good token', bearer(good), 'ok', 'alice'],
  ['an expired token', bearer(mint({ claims: { exp: NOW_SECONDS - 3600 } })), 'token_expired', undefined],
  ['a token without the scope', bearer(mint({ claims: { scope: 'other' } })), 'scope_missing', undefined],
  ['a tampered token', bearer(`${good.slice(0, -8)}AAAAAAAA`), 'signature_invalid', undefined],
  [
    'a token of another issuer',
    bearer(mint({ claims: { iss: 'https://evil.example' } })),
    'issuer_unknown',
    undefined,
  ],
  ['text that is no token', bearer('x'), 'token_malformed', undefined],
  ['another scheme', authorization('Basic YTpi'), 'scheme_not_bearer', undefined],
  ['two tokens in one field', authorization(`Bearer ${good}, Bearer ${good}`), 'token_multiple', undefined],
  [
    'two fields',
    withHeaders(
      new Headers([
        ['authorization', `Bearer ${good}`],
        ['authorization', `Bearer ${good}`],
      ]),
    ),
    'token_multiple',
    undefined,
  ],
]

describe('a route with allow_anonymous', () => {
  for (const [name, request, reason, user] of CASES)
    it(`answers ${reason} to ${name}, twice and explained`, async () => {
      const decide = decideOf(guard)
      const decisions = [
        await ask(decide, request),
        await ask(decide, request),
        (await explain(decide, request)).decision,
      ]
      for (const decision of decisions) {
        expect(decision.reason as string).toBe(reason)
        expect(decision.outcome === 'allow' ? decision.identity[0] : undefined).toBe(user)
      }
    })

  it('never counts if it is not set', async () => {
    for (const [name, request, reason] of CASES) {
      const decision = await ask(decideOf(strict), request)
      expect([name, decision.reason as string]).toEqual([
        name,
        reason === 'anonymous' ? 'token_missing' : reason,
      ])
    }
  })

  for (const value of ['Bearer', 'Bearer ', 'Bearer\u00a0x', '', ' ', 'bearer', 'Bearer  '])
    it(`makes no difference to Authorization ${JSON.stringify(value)}, unless it is empty`, async () => {
      const [lax, other] = [
        await ask(decideOf(guard), authorization(value)),
        await ask(decideOf(strict), authorization(value)),
      ]
      expect([lax.reason as string, other.reason as string]).toEqual(
        value.trim() === '' ? ['anonymous', 'token_missing'] : [other.reason, other.reason],
      )
      if (value.trim() !== '') expect(lax.outcome).toBe('deny')
    })
})
