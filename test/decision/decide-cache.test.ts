import { describe, expect, it } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { compileGuard } from '../../src/decision/guard.ts'
import {
  MAIN_JWKS,
  ask,
  bearer,
  decideOf,
  makeGuard,
  mainIssuer,
  policySettings,
  routeSettings,
} from '../support/make-guard.ts'
import { jwkOf, jwksSource, scriptedSource } from '../support/key-sources.ts'
import { NOW_SECONDS, mint } from '../support/tokens.ts'

const found = jwksSource(MAIN_JWKS, ['RS256']).source.lookup('rsa', 'RS256', true)

/** A guard with a cache, a clock that a test moves, and a key source that counts. */
function fixture(cache = { tokens: 100, bytes: 1_000_000 }) {
  const keys = scriptedSource(found)
  const clock = { now: NOW_SECONDS }
  const identity = [
    { name: 'X-User', claim: 'sub', arrays: 'csv', encoding: 'percent', maxBytes: 4096 },
  ] as const
  const guard = makeGuard({
    issuers: [mainIssuer({}, keys)],
    policies: [policySettings({ identity })],
    routes: [routeSettings()],
    cache,
  })
  return { keys, clock, guard, decide: decideOf(guard, () => clock.now) }
}

describe('a decision from the cache', () => {
  it('is the same decision as the first, marked as a hit, without another look at the keys', async () => {
    const { keys, decide } = fixture()
    const token = mint()
    const first = await ask(decide, bearer(token))
    expect(first).toMatchObject({ reason: 'ok', issuer: 'main', policy: 'any', identity: ['user-1'] })
    for (let again = 0; again < 3; again++)
      expect(await ask(decide, bearer(token))).toEqual({ ...first, isCacheHit: true })
    expect(keys.asked).toHaveLength(1)
  })
  it('is not made if the cache is off', async () => {
    for (const off of [
      { tokens: 0, bytes: 1000 },
      { tokens: 10, bytes: 0 },
    ]) {
      const { keys, decide } = fixture(off)
      const token = mint()
      for (let again = 0; again < 3; again++) await ask(decide, bearer(token))
      expect(keys.asked).toHaveLength(3)
    }
  })

  const moments = [
    ['one second before exp and leeway', { exp: NOW_SECONDS + 100 }, NOW_SECONDS + 129, 'ok'],
    ['at exp and leeway', { exp: NOW_SECONDS + 100 }, NOW_SECONDS + 130, 'token_expired'],
    ['long after', { exp: NOW_SECONDS + 100 }, NOW_SECONDS + 10_000, 'token_expired'],
    ['when the clock goes back before nbf', { nbf: NOW_SECONDS }, NOW_SECONDS - 31, 'token_not_yet_valid'],
    ['when the clock goes back before iat', { iat: NOW_SECONDS }, NOW_SECONDS - 31, 'token_issued_in_future'],
  ] as const
  for (const [name, claims, later, reason] of moments) {
    it(`checks the times again: ${reason} ${name}`, async () => {
      const { clock, decide } = fixture()
      const token = mint({ claims })
      expect((await ask(decide, bearer(token))).reason).toBe('ok')
      clock.now = later
      expect((await ask(decide, bearer(token))).reason).toBe(reason)
      clock.now = NOW_SECONDS
      expect((await ask(decide, bearer(token))).reason).toBe('ok')
    })
  }

  it('is not made when the key is not trusted any more: full verification decides', async () => {
    const { keys, decide } = fixture()
    const token = mint()
    await ask(decide, bearer(token))
    keys.trusted.clear()
    expect((await ask(decide, bearer(token))).reason).toBe('ok')
    expect(keys.asked).toHaveLength(2)
    // Full verification trusted it again, as scripted, and the memory is good again.
    await ask(decide, bearer(token))
    expect(keys.asked).toHaveLength(2)
  })
  it('is never an allow of a bad token, whose keys are looked up each time', async () => {
    const { keys, guard, decide } = fixture()
    for (const token of [mint({ claims: { aud: 'x' } }), mint({ claims: { exp: 1 } }), mint().slice(0, -6)]) {
      for (let again = 0; again < 2; again++) expect((await ask(decide, bearer(token))).outcome).toBe('deny')
    }
    expect(guard.cache?.size).toBe(0)
    expect(keys.asked).toHaveLength(6)
  })
  it('is not made for one who records: explain sees every step', async () => {
    const { keys, decide } = fixture()
    const token = mint()
    await ask(decide, bearer(token))
    const steps: string[] = []
    await ask(decide, bearer(token), { record: (step) => void steps.push(step) })
    expect(steps).toContain('signature')
    expect(keys.asked).toHaveLength(2)
  })
  it('fills after a wait for keys, too', async () => {
    const keys = scriptedSource({ state: 'pending', settled: Promise.resolve() }, found)
    const decide = decideOf(
      makeGuard({ issuers: [mainIssuer({}, keys)], cache: { tokens: 10, bytes: 10_000 } }),
    )
    const token = mint()
    const first = await ask(decide, bearer(token))
    expect(first.isCacheHit).toBeUndefined()
    expect(await ask(decide, bearer(token))).toEqual({ ...first, isCacheHit: true })
    expect(keys.asked).toHaveLength(2)
  })
  it('does not outlive its configuration: another guard knows nothing of it', async () => {
    const { keys, decide } = fixture()
    const token = mint()
    await ask(decide, bearer(token))
    const stricter = mainIssuer({ audience: ['other'] }, keys)
    const next = compileGuard({
      issuers: [stricter],
      policies: [],
      routes: [],
      tokenSources: [{ kind: 'header', name: 'authorization', scheme: 'Bearer' }],
      maxTokenBytes: 8192,
      cache: { tokens: 10, bytes: 10_000 },
      realm: 'r',
    })
    expect((await ask(decideOf(next), bearer(token))).reason).toBe('audience_mismatch')
  })

  it('is made under the policy that the token was verified for, and under no other', async () => {
    const guard = makeGuard({
      issuers: [mainIssuer()],
      policies: [policySettings(), policySettings({ name: 'admin', scope: ['admin'] })],
      cache: { tokens: 10, bytes: 10_000 },
    })
    const decide = decideOf(guard)
    const request = bearer(mint())
    for (let again = 0; again < 2; again++) {
      for (const [policy, reason] of [
        [guard.policies.get('any'), 'ok'],
        [guard.policies.get('admin'), 'scope_missing'],
        [undefined, 'ok'],
      ] as const)
        expect((await decide({ request, policy })).reason).toBe(reason)
    }
    expect(guard.cache?.size).toBe(2)
  })
  it('is made for the issuer that vouched, not for another one of the same iss', async () => {
    const strict = mainIssuer({ name: 'strict', audience: ['other'] })
    const guard = makeGuard({
      issuers: [mainIssuer(), strict],
      policies: [policySettings({ issuers: ['main'] }), policySettings({ name: 'b', issuers: ['strict'] })],
      cache: { tokens: 10, bytes: 10_000 },
    })
    const decide = decideOf(guard)
    const request = bearer(mint())
    for (let again = 0; again < 2; again++) {
      const first = await decide({ request, policy: guard.policies.get('any') })
      expect(first).toMatchObject({ reason: 'ok', issuer: 'main' })
      const second = await decide({ request, policy: guard.policies.get('b') })
      expect(second).toMatchObject({ reason: 'audience_mismatch', issuer: 'strict' })
    }
  })
  it('ends when another key takes the place of the one that verified the token, under the same kid', async () => {
    const fixture = jwksSource(MAIN_JWKS, ['RS256'])
    const guard = makeGuard({
      issuers: [mainIssuer({}, fixture.source)],
      cache: { tokens: 10, bytes: 10_000 },
    })
    const decide = decideOf(guard)
    const request = bearer(mint())
    await ask(decide, request)
    expect((await ask(decide, request)).isCacheHit).toBe(true)
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
    fixture.replace([jwkOf(other, { kid: 'rsa' })])
    expect((await ask(decide, request)).reason).toBe('signature_invalid')
    fixture.replace(MAIN_JWKS)
    const restored = await ask(decide, request)
    expect(restored).toMatchObject({ reason: 'ok' })
    expect(restored.isCacheHit).toBeUndefined()
  })
  it('is the same when a token is first seen twice at the same time', async () => {
    const keys = scriptedSource(
      { state: 'pending', settled: Promise.resolve() },
      { state: 'pending', settled: Promise.resolve() },
      found,
    )
    const guard = makeGuard({ issuers: [mainIssuer({}, keys)], cache: { tokens: 10, bytes: 10_000 } })
    const decide = decideOf(guard)
    const request = bearer(mint())
    const both = await Promise.all([ask(decide, request), ask(decide, request)])
    expect(both.map(({ reason }) => reason)).toEqual(['ok', 'ok'])
    expect(guard.cache?.size).toBe(1)
  })
})
