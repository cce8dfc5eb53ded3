import { describe, expect, it } from 'bun:test'
import { createDecide } from '../../src/decision/decide.ts'
import { findRoute } from '../../src/decision/find-route.ts'
import type { Guard } from '../../src/decision/guard.ts'
import type { KeyLookup } from '../../src/keys/key-source.ts'
import type { AuthzRequest } from '../../src/request/authz-request.ts'
import {
  MAIN_JWKS,
  ask,
  bearer,
  decideOf,
  makeGuard,
  makeRequest,
  mainIssuer,
  policySettings,
  reasonFor,
  routeSettings,
} from '../support/make-guard.ts'
import { detailOf } from '../support/denials.ts'
import { jwksSource, scriptedSource } from '../support/key-sources.ts'
import { NOW_SECONDS, mint } from '../support/tokens.ts'

const header = (name: string, claim: string) =>
  ({ name, claim, arrays: 'csv', encoding: 'percent', maxBytes: 4096 }) as const
const real = jwksSource(MAIN_JWKS, ['RS256']).source.lookup('rsa', 'RS256', true)
const PENDING = (): KeyLookup => ({ state: 'pending', settled: Promise.resolve() })
const scripted = (...answers: readonly (KeyLookup | Error)[]) => {
  const keys = scriptedSource(...answers)
  return { keys, decide: decideOf(makeGuard({ issuers: [mainIssuer({}, keys)] })) }
}

describe('which policy judges', () => {
  const guard = makeGuard({
    policies: [
      policySettings({ identity: [header('X-User', 'sub')] }),
      policySettings({ name: 'admin', scope: ['admin'], identity: [header('X-Role', 'role')] }),
    ],
    routes: [
      routeSettings({ name: 'open', path: ['/open'], access: { kind: 'public' } }),
      routeSettings({ name: 'shut', path: ['/shut'], access: { kind: 'deny' } }),
      routeSettings({ name: 'admin', path: ['/admin'], access: { kind: 'policy', policy: 'admin' } }),
      routeSettings({ name: 'any', path: ['/any'] }),
    ],
  })
  const decide = decideOf(guard)
  const headers = [['authorization', `Bearer ${mint()}`]] as const
  const cases = [
    ['/open', { reason: 'public', route: 'open', policy: undefined }],
    [
      '/shut',
      { reason: 'route_denied', status: 403, route: 'shut', policy: undefined, challenge: undefined },
    ],
    ['/admin', { reason: 'scope_missing', status: 403, route: 'admin', policy: 'admin', issuer: 'main' }],
    ['/any', { reason: 'ok', route: 'any', policy: 'any', issuer: 'main' }],
    ['/none', { reason: 'no_route', status: 403, route: undefined, policy: undefined }],
    ['/any/../open', { reason: 'path_ambiguous', status: 403 }],
  ] as const
  for (const [path, expected] of cases) {
    it(`answers ${path} with ${expected.reason}`, async () =>
      expect(await ask(decide, makeRequest({ path, headers }))).toMatchObject(expected))
    it(`answers ${path} alike if the caller found its route, without finding it again`, async () => {
      const [routes, request] = [guard.routes, makeRequest({ path, headers })]
      if (routes === undefined) throw new Error('no routes')
      const found = findRoute(routes, request)
      // Nothing is found in these routes: only what is handed over can be the answer.
      const decideOther = decideOf({ ...guard, routes: { ...routes, match: () => undefined } })
      expect(await decideOther({ request, policy: undefined, found })).toMatchObject(expected)
    })
  }
  it('blanks every identity header of every policy on a public route, whatever token comes', async () => {
    for (const sent of [headers, [['authorization', 'Bearer broken']] as const, []]) {
      expect(await ask(decide, makeRequest({ path: '/open', headers: sent }))).toMatchObject({
        outcome: 'allow',
        identity: ['', ''],
      })
    }
  })
  it('gives a value to the identity headers of all policies, blank for those of other policies', async () =>
    expect(await ask(decide, makeRequest({ path: '/any', headers }))).toMatchObject({
      identity: ['user-1', ''],
    }))
  it('does not ask the routes when the caller names the policy', async () => {
    for (const path of ['/open', '/shut', '/none', '/a/../b', '//']) {
      const admin = await decide({
        request: makeRequest({ path, headers }),
        policy: guard.policies.get('admin'),
      })
      expect(admin).toMatchObject({ reason: 'scope_missing', route: undefined, policy: 'admin' })
      const any = await decide({ request: makeRequest({ path, headers }), policy: guard.policies.get('any') })
      expect(any).toMatchObject({ reason: 'ok', route: undefined })
    }
  })
  it('allows any valid token if no routes are configured', async () => {
    const open = decideOf(makeGuard())
    expect(await ask(open, bearer(mint()))).toMatchObject({
      reason: 'ok',
      policy: 'any-valid-token',
      identity: [],
    })
    expect((await ask(open, makeRequest({}))).reason).toBe('token_missing')
  })
})

describe('the reasons of a policy', () => {
  const policies = [
    policySettings({ name: 'any', scopeAny: ['x', 'y'] }),
    policySettings({
      name: 'rules',
      claims: [
        { path: 'tenant', equals: 'acme' },
        { path: 'level', in: [1, 2] },
      ],
    }),
    policySettings({ name: 'cookie', tokenSources: [{ kind: 'cookie', name: 't' }] }),
    policySettings({ name: 'big', identity: [{ ...header('X-Big', 'big'), maxBytes: 3 }] }),
  ]
  const guard = makeGuard({
    policies,
    issuers: [mainIssuer({ require: ['email'], requireKid: true, maxAgeSeconds: 60 })],
  })
  const decide = decideOf(guard)
  const cases = [
    ['rules', { tenant: 'acme', level: 1 }, {}, 'ok'],
    ['rules', { tenant: 'acme', level: 3 }, {}, 'claim_rule_failed'],
    ['rules', {}, {}, 'claim_rule_failed'],
    ['any', { scope: 'y' }, {}, 'ok'],
    ['any', { scope: 'z' }, {}, 'scope_missing'],
    ['any', { scope: 'y', email: undefined }, {}, 'claim_missing'],
    ['any', { scope: 'y', email: null }, {}, 'claim_missing'],
    ['any', { scope: 'y', email: '' }, {}, 'ok'],
    ['any', { scope: 'y', iat: NOW_SECONDS - 90 }, {}, 'token_too_old'],
    ['any', { scope: 'y', iat: undefined }, {}, 'claim_missing'],
    ['any', { scope: 'y' }, { kid: undefined }, 'kid_missing'],
    ['cookie', {}, {}, 'token_missing'],
    ['big', { big: 'long' }, {}, 'identity_unfit'],
    ['big', { big: 'ok' }, {}, 'ok'],
  ] as const
  for (const [policy, claims, tokenHeader, reason] of cases) {
    it(`judges ${JSON.stringify(claims)} ${JSON.stringify(tokenHeader)} under ${policy} as ${reason}`, async () => {
      const token = mint({ claims: { email: 'a@b.example', ...claims }, header: tokenHeader })
      expect((await decide({ request: bearer(token), policy: guard.policies.get(policy) })).reason).toBe(
        reason,
      )
    })
  }
})

describe('what the key source answers', () => {
  const cases = [
    [{ state: 'kid_unknown' }, 'kid_unknown', 401],
    [{ state: 'kid_missing' }, 'kid_missing', 401],
    [{ state: 'unsuitable' }, 'key_unsuitable', 401],
    [{ state: 'found', keys: [] }, 'signature_invalid', 401],
    [{ state: 'found', keys: [], othersRetryAfterSeconds: 7 }, 'keys_unavailable', 503],
    [{ state: 'unavailable', retryAfterSeconds: 7 }, 'keys_unavailable', 503],
  ] as const
  for (const [answer, reason, status] of cases) {
    it(`becomes ${reason} if it is ${answer.state}`, async () =>
      expect(await ask(scripted(answer).decide, bearer(mint()))).toMatchObject({ reason, status }))
    it(`becomes ${reason} if it is ${answer.state} after a wait`, async () =>
      expect(await ask(scripted(PENDING(), answer).decide, bearer(mint()))).toMatchObject({ reason, status }))
  }
  it('reports which kid is unknown, quoted and cut, to the log only', async () => {
    const { decide } = scripted({ state: 'kid_unknown' })
    const decision = await ask(decide, bearer(mint({ header: { kid: `a"${'k'.repeat(200)}` } })))
    expect(decision).toMatchObject({ denial: { kid: `a"${'k'.repeat(62)}…` } })
    expect(detailOf(decision)).toBe(`kid "a"${'k'.repeat(62)}…"`)
  })
  it('is denied with at most 64 characters of what a client wrote into the header', async () => {
    const long = 'x'.repeat(200)
    const cut = `${'x'.repeat(64)}…`
    const guard = makeGuard({ issuers: [mainIssuer({ typ: ['at+jwt'] })] })
    expect(await ask(decideOf(guard), bearer(mint({ header: { alg: long } })))).toMatchObject({
      denial: { reason: 'alg_not_allowed', alg: cut },
    })
    expect(await ask(decideOf(guard), bearer(mint({ header: { typ: long } })))).toMatchObject({
      denial: { reason: 'typ_not_allowed', typ: cut, accepted: ['at+jwt'] },
    })
    expect(
      await ask(scripted({ state: 'unsuitable' }).decide, bearer(mint({ header: { kid: long } }))),
    ).toMatchObject({ denial: { reason: 'key_unsuitable', kid: cut } })
  })
  it('reports how long to wait for a key source that may have the right key', async () =>
    expect(
      await ask(scripted({ state: 'found', keys: [], othersRetryAfterSeconds: 7 }).decide, bearer(mint())),
    ).toMatchObject({ retryAfterSeconds: 7, challenge: undefined }))
  it('reports how long to wait for keys, and sends no challenge for Warder’s own fault', async () =>
    expect(
      await ask(scripted({ state: 'unavailable', retryAfterSeconds: 7 }).decide, bearer(mint())),
    ).toMatchObject({ retryAfterSeconds: 7, challenge: undefined }))
  it('is not asked before issuer and algorithm are known to be ours', async () => {
    const { keys, decide } = scripted(real)
    await reasonFor(decide, mint({ claims: { iss: 'https://other.example' } }))
    await reasonFor(decide, mint({ header: { alg: 'RS512' } }))
    await reasonFor(decide, mint({ header: { typ: 'dpop+jwt' } }))
    await reasonFor(decide, 'broken')
    expect(keys.asked).toEqual([])
  })
  it('is used at once if no wait is needed', () =>
    expect(scripted(real).decide({ request: bearer(mint()), policy: undefined })).not.toBeInstanceOf(Promise))
  it('is waited for once, and asked once more without leave to wait', async () => {
    const { keys, decide } = scripted(PENDING(), real)
    expect(await reasonFor(decide, mint())).toBe('ok')
    expect(keys.asked.map((asked) => asked.mayWait)).toEqual([true, false])
  })
  it('is not waited for twice, even if it asks for it', async () => {
    const { keys, decide } = scripted(PENDING())
    expect(await reasonFor(decide, mint())).toBe('internal_error')
    expect(keys.asked).toHaveLength(2)
  })
  it('is followed by all other checks after the wait', async () => {
    expect(await reasonFor(scripted(PENDING(), real).decide, mint({ claims: { exp: 1 } }))).toBe(
      'token_expired',
    )
    expect(await reasonFor(scripted(PENDING(), real).decide, mint({ claims: { aud: 'x' } }))).toBe(
      'audience_mismatch',
    )
  })
})

describe('a fault inside', () => {
  const throwing = (): never => {
    throw new Error('a fault, with a secret in its text')
  }
  const broken: AuthzRequest = { ...makeRequest({}), headers: { get: throwing } }
  const cases: readonly (readonly [string, Partial<Guard>, AuthzRequest])[] = [
    ['reading the headers', {}, broken],
    [
      'matching the route',
      {
        routes: {
          routes: [],
          methods: new Set(),
          match: throwing,
          metByCase: throwing,
          earlierMatch: throwing,
          firstBefore: throwing,
          keepsEncoded: false,
          allowsPreflights: false,
          ends: { names: new Set(), hasSlash: false, hasStar: false },
        },
      },
      bearer(mint()),
    ],
    ['asking the cache', { cache: { get: throwing, put: throwing, size: 0, bytes: 0 } }, bearer(mint())],
    [
      'filling the cache',
      { cache: { get: () => undefined, put: throwing, size: 0, bytes: 0 } },
      bearer(mint()),
    ],
  ]
  it('denies when the clock throws', async () => {
    const decide = createDecide(makeGuard(), { nowMs: throwing, newId: () => 'id' })
    expect((await ask(decide, bearer(mint()))).outcome).toBe('deny')
  })
  it('decides all the same when no id can be made', async () => {
    const decide = createDecide(makeGuard(), { nowMs: () => NOW_SECONDS * 1000, newId: throwing })
    expect(await ask(decide, bearer(mint()))).toMatchObject({ outcome: 'allow', id: '0'.repeat(26) })
    expect((await ask(decide, bearer('x'))).outcome).toBe('deny')
  })
  for (const [name, part, request] of cases) {
    it(`denies when ${name} throws`, async () => {
      const decision = await ask(decideOf({ ...makeGuard(), ...part }), request)
      expect(decision).toMatchObject({
        outcome: 'deny',
        reason: 'internal_error',
        status: 503,
        challenge: undefined,
      })
      expect(JSON.stringify(decision)).not.toContain('secret')
    })
  }
  for (const [name, answers] of [
    ['at once', [new Error('fault')]],
    ['after a wait', [PENDING(), new Error('fault')]],
  ] as const) {
    it(`denies when the key source throws ${name}`, async () =>
      expect(await reasonFor(scripted(...answers).decide, mint())).toBe('internal_error'))
  }
  it('denies when the wait for keys fails', async () => {
    const settled = Promise.reject(new Error('fault'))
    expect(await reasonFor(scripted({ state: 'pending', settled }, real).decide, mint())).toBe(
      'internal_error',
    )
  })
  it('denies when the recorder throws', async () => {
    const decision = await ask(decideOf(makeGuard()), bearer(mint()), { record: throwing })
    expect(decision.reason).toBe('internal_error')
  })
  it('denies when the clock does not return a time', async () => {
    const decide = createDecide(makeGuard(), { nowMs: () => Number.NaN, newId: () => 'id' })
    expect((await ask(decide, bearer(mint()))).outcome).toBe('deny')
  })
})
