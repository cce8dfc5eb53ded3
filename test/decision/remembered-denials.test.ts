import { describe, expect, it } from 'bun:test'
import type { DenyReason } from '../../src/decision/reasons.ts'
import type { KeyLookup } from '../../src/keys/key-source.ts'
import { CACHE, foundKey, rememberingGuard, unmarked, type Differences } from '../support/denied-tokens.ts'
import { ask, bearer, decideOf, makeGuard, mainIssuer, policySettings } from '../support/make-guard.ts'
import { mint, NOW_SECONDS, rsa, rsaPair, type TokenParts } from '../support/tokens.ts'

const OTHER = rsaPair()
const NOW = NOW_SECONDS
const USER = { name: 'X-User', claim: 'realm', arrays: 'csv', encoding: 'percent', maxBytes: 4096 } as const
const TENANTS: Differences = {
  issuer: { issuer: 'https://idp.example.com/realms/{tenant}', anyTenant: { claim: 'tid' } },
}
const forged = (parts: TokenParts = {}): string => mint({ ...parts, signer: rsa(OTHER) })

/** What is denied, the token, and settings that are needed for it. */
const REMEMBERED: readonly (readonly [DenyReason, TokenParts, Differences?])[] = [
  ['signature_invalid', { signer: rsa(OTHER) }],
  ['key_unsuitable', { claims: { tid: 'main' } }, TENANTS],
  ['token_expired', { claims: { exp: NOW - 100 } }],
  ['token_not_yet_valid', { claims: { nbf: NOW + 100 } }],
  ['token_issued_in_future', { claims: { iat: NOW + 100 } }],
  ['token_too_old', { claims: { iat: NOW - 1_000 } }, { issuer: { maxAgeSeconds: 60 } }],
  ['exp_missing', { claims: { exp: undefined } }],
  ['audience_missing', { claims: { aud: undefined } }],
  ['audience_mismatch', { claims: { aud: 'api://other' } }],
  ['claim_missing', {}, { issuer: { require: ['client_id'] } }],
  ['claim_missing', { claims: { iat: undefined } }, { issuer: { maxAgeSeconds: 60 } }],
  ['claim_invalid', { claims: { sub: 1 } }],
  ['claim_invalid', { claims: { exp: 'tomorrow' } }],
  ['sender_constraint_failed', { claims: { cnf: {} } }],
  ['claim_rule_failed', {}, { policy: { claims: [{ path: 'tier', equals: 'gold' }] } }],
  ['scope_missing', { claims: { scope: 'a' } }, { policy: { scope: ['a', 'b'] } }],
  ['identity_unfit', { claims: { realm: { a: 1 } } }, { policy: { identity: [USER] } }],
]
const KEY_OF_OTHER_TENANT = { issuer: 'https://idp.example.com/realms/other' }

describe('a denial of a token that was denied before', () => {
  for (const [reason, parts, differences] of REMEMBERED) {
    it(`is the same without another check of the signature: ${reason} of ${JSON.stringify(parts.claims ?? {})}`, async () => {
      const members = reason === 'key_unsuitable' ? KEY_OF_OTHER_TENANT : {}
      const { guard, seen, decide } = rememberingGuard(differences, members)
      const token = mint(parts)
      const first = await decide(token)
      expect(first).toMatchObject({ outcome: 'deny', reason, issuer: 'main', policy: 'any', route: 'route' })
      expect(first.isCacheHit).toBeUndefined()
      const checks = seen.checks
      const { used } = seen
      const usedOnce = [...used]
      for (let again = 0; again < 3; again++)
        expect(await decide(token)).toEqual({ ...first, isCacheHit: true })
      expect(seen.checks).toBe(checks)
      // A key that verified the token counts as used each time, as when it verifies again.
      expect(used).toEqual([...usedOnce, ...usedOnce, ...usedOnce, ...usedOnce])
      expect([guard.denied?.size, guard.cache?.size]).toEqual([1, 0])
    })
  }

  const WITHOUT_KEYS: readonly (readonly [DenyReason, string, (KeyLookup | undefined)?, Differences?])[] = [
    ['issuer_unknown', mint({ claims: { iss: 'x' } })],
    ['alg_not_allowed', mint({ header: { alg: 'HS256' } })],
    ['typ_not_allowed', mint({ header: { typ: 'dpop+jwt' } })],
    ['kid_missing', mint({ header: { kid: undefined } }), undefined, { issuer: { requireKid: true } }],
    ['kid_missing', mint(), { state: 'kid_missing' }],
    ['kid_unknown', mint(), { state: 'kid_unknown' }],
    ['key_unsuitable', mint(), { state: 'unsuitable' }],
  ]
  for (const [reason, token, answer, differences] of WITHOUT_KEYS) {
    it(`is the same if no key could be tried: ${reason} with the answer ${answer?.state ?? 'to nothing'}`, async () => {
      const { guard, world, seen, decide } = rememberingGuard(differences)
      if (answer !== undefined) world.answer = answer
      const first = await decide(token)
      expect(first).toMatchObject({ outcome: 'deny', reason })
      expect(first.isCacheHit).toBeUndefined()
      for (let again = 0; again < 2; again++)
        expect(await decide(token)).toEqual({ ...first, isCacheHit: true })
      expect([seen.checks, seen.used, guard.denied?.size]).toEqual([0, [], 1])
      if (answer === undefined) return
      world.answer = foundKey()
      expect((await decide(token)).reason).toBe('ok')
    })
  }

  const NEVER: readonly (readonly [DenyReason, string, Partial<KeyLookup>?])[] = [
    ['token_malformed', 'a.b'],
    ['token_encrypted', 'a.b.c.d.e'],
    ['crit_unsupported', mint({ header: { crit: ['x'] } })],
    ['keys_unavailable', mint(), { state: 'unavailable', retryAfterSeconds: 5 }],
    ['signature_invalid', forged(), { isNameElsewhere: true }],
    ['keys_unavailable', forged(), { othersRetryAfterSeconds: 5 }],
    ['token_expired', mint({ claims: { exp: 1 } }), { othersRetryAfterSeconds: 5 }],
  ]
  for (const [reason, token, change = {}] of NEVER) {
    it(`is made anew if it is about what may change, or has cost little: ${reason} with ${JSON.stringify(change)}`, async () => {
      const { guard, world, decide } = rememberingGuard()
      world.answer = { ...world.answer, ...change } as KeyLookup
      const first = await decide(token)
      expect(first).toMatchObject({ outcome: 'deny', reason })
      expect(await decide(token)).toEqual(first)
      expect(guard.denied?.size).toBe(0)
    })
  }

  it('has the facts of this moment', async () => {
    const { world, decide } = rememberingGuard({ issuer: { maxAgeSeconds: 3_600 } })
    const expired = mint({ claims: { exp: NOW - 100 } })
    const old = mint({ claims: { iat: NOW - 7_200 } })
    for (const ahead of [0, 1.5, 1_000]) {
      world.now = NOW + ahead
      expect(await decide(expired)).toMatchObject({ denial: { agoSeconds: 100 + ahead, leewaySeconds: 30 } })
      expect(await decide(old)).toMatchObject({ reason: ahead < 1_000 ? 'token_too_old' : 'token_expired' })
    }
  })
})

describe('a remembered denial is not given', () => {
  const moments = [
    ['not yet valid, at nbf less the leeway', { nbf: NOW + 100 }, NOW + 70, 'ok'],
    ['not yet valid, a moment before', { nbf: NOW + 100 }, NOW + 69.999, 'token_not_yet_valid'],
    ['issued in the future, at iat less the leeway', { iat: NOW + 100 }, NOW + 70, 'ok'],
    ['not yet valid, after exp', { nbf: NOW + 100 }, NOW + 10_000, 'token_expired'],
    ['expired, when the clock is set back', { exp: NOW - 100, iat: NOW - 200 }, NOW - 71, 'ok'],
    ['expired, when it is set back before iat', { exp: NOW - 100 }, NOW - 1_000, 'token_issued_in_future'],
    ['of another audience, after exp', { aud: 'x' }, NOW + 10_000, 'token_expired'],
    ['of another audience, without a clock', { aud: 'x' }, Number.NaN, 'token_too_old'],
    ['without exp, whatever the time', { exp: undefined }, NOW + 10_000, 'exp_missing'],
  ] as const
  for (const [name, claims, later, reason] of moments) {
    it(`at another time, if it is another one then: ${name} is ${reason}`, async () => {
      const { world, decide } = rememberingGuard()
      const fresh = rememberingGuard()
      const token = mint({ claims })
      const first = await decide(token)
      world.now = fresh.world.now = later
      const [second, expected] = [await decide(token), await fresh.decide(token)]
      expect(second).toMatchObject({ reason })
      expect(unmarked(second)).toEqual(unmarked(expected))
      world.now = NOW
      expect(unmarked(await decide(token))).toEqual(unmarked(first))
    })
  }

  const expired = mint({ claims: { exp: 1 } })
  /** The token, and what changes in the answer about its key; other fields stay. */
  const answers: readonly (readonly [string, string, Partial<KeyLookup>, string])[] = [
    ['the kid gets the key that signed it', forged(), foundKey(OTHER), 'ok'],
    ['that key is added beside it', forged(), { keys: [...foundKey().keys, ...foundKey(OTHER).keys] }, 'ok'],
    ['the kid is gone', forged(), { state: 'kid_unknown' }, 'kid_unknown'],
    ['keys are too old', forged(), { state: 'unavailable', retryAfterSeconds: 7 }, 'keys_unavailable'],
    ['another source fails', forged(), { othersRetryAfterSeconds: 7 }, 'keys_unavailable'],
    ['another key of the name may exist', forged(), { isNameElsewhere: true }, 'signature_invalid'],
    ['the kid of an expired token gets another key', expired, foundKey(OTHER), 'signature_invalid'],
    ['the kid of an expired token is gone', expired, { state: 'kid_unknown' }, 'kid_unknown'],
    ['the key of an expired token is a new object', expired, foundKey(), 'token_expired'],
  ]
  for (const [name, token, change, reason] of answers) {
    it(`when the keys are not the same: ${name}`, async () => {
      const { world, decide } = rememberingGuard()
      await decide(token)
      expect((await decide(token)).isCacheHit).toBe(true)
      world.answer = { ...world.answer, ...change } as KeyLookup
      const decision = await decide(token)
      expect(decision.reason).toBe(reason as DenyReason)
      expect(decision.isCacheHit).toBeUndefined()
    })
  }

  it('while a fetch is under way that may bring the key', async () => {
    const { world, decide } = rememberingGuard()
    const token = forged()
    await decide(token)
    const settled = Promise.resolve().then(() => {
      world.answer = foundKey(OTHER)
    })
    world.answer = { state: 'pending', settled }
    expect((await decide(token)).reason).toBe('ok')
    expect((await decide(token)).isCacheHit).toBe(true)
  })
  it('under another policy, and to another token', async () => {
    const policies = [policySettings({ scope: ['admin'] }), policySettings({ name: 'b' })]
    const guard = makeGuard({ issuers: [mainIssuer()], policies, cache: CACHE })
    const decide = decideOf(guard)
    const ask = (name: string, token: string) =>
      decide({ request: bearer(token), policy: guard.policies.get(name) })
    const token = mint()
    for (let again = 0; again < 3; again++) {
      expect(await ask('any', token)).toMatchObject({ reason: 'scope_missing', policy: 'any' })
      expect(await ask('b', token)).toMatchObject({ reason: 'ok', policy: 'b' })
      expect(await ask('any', mint({ claims: { scope: 'admin', jti: String(again) } }))).toMatchObject({
        reason: 'ok',
      })
    }
  })
  it('under another configuration', async () => {
    const strict = rememberingGuard({ issuer: { audience: ['other'] } })
    const token = mint()
    for (let again = 0; again < 2; again++)
      expect((await strict.decide(token)).reason).toBe('audience_mismatch')
    expect((await rememberingGuard().decide(token)).reason).toBe('ok')
  })
  it('to one who records: explain sees every step, and remembers nothing', async () => {
    const { guard, decide } = rememberingGuard()
    const token = mint({ claims: { exp: 1 } })
    const record = async (): Promise<readonly string[]> => {
      const steps: string[] = []
      await ask(decideOf(guard), bearer(token), { record: (step) => void steps.push(step) })
      return steps
    }
    const before = await record()
    expect(guard.denied?.size).toBe(0)
    await decide(token)
    expect(await record()).toEqual(before)
    expect(before).toEqual(expect.arrayContaining(['header', 'signature', 'time', 'identity']))
  })
})

it('a flood of bad tokens replaces no verified token', async () => {
  const { guard, decide } = rememberingGuard({}, {}, { tokens: 3, bytes: 10_000 })
  const good = mint()
  await decide(good)
  for (let i = 0; i < 50; i++) await decide(mint({ claims: { exp: i } }))
  expect(await decide(good)).toMatchObject({ reason: 'ok', isCacheHit: true })
  expect(guard.denied?.size).toBe(3)
})
