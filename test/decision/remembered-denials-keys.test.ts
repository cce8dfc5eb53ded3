import { describe, expect, it } from 'bun:test'
import type { Decision } from '../../src/decision/decision.ts'
import type { DenyReason } from '../../src/decision/reasons.ts'
import { importJwk } from '../../src/keys/import/import-jwk.ts'
import { createKeyMirror } from '../../src/keys/mirror/key-mirror.ts'
import { toSharedKey, type SharedKey } from '../../src/keys/mirror/shared-key.ts'
import type { KeySource } from '../../src/keys/key-source.ts'
import { createKeySource } from '../../src/keys/sources/create-key-source.ts'
import { createFakeWorld, jsonResponse, settle, until, type FakeWorld } from '../keys/fake-world.ts'
import { keyPair } from '../keys/key-pairs.ts'
import { jwk, SETTINGS } from '../keys/refresh/remote-harness.ts'
import { CACHE } from '../support/denied-tokens.ts'
import { ask, bearer, decideOf, mainIssuer, makeGuard } from '../support/make-guard.ts'
import { ecdsa, mint } from '../support/tokens.ts'

const FILE = '/var/lib/warder/main.keys.json'
const KEPT = {
  ...SETTINGS,
  startup: 'snapshot',
  snapshot: { file: FILE, issuer: 'https://idp.example' },
} as const

/** A token of a key of the network, which has its kid; `label` names other material of the same kid. */
const tokenOf = (world: FakeWorld, kid: string, label = kid, claims: object = {}): string => {
  const now = world.deps.nowMs() / 1_000
  return mint({
    header: { alg: 'ES256', kid },
    claims: { iat: now, exp: now + 86_400, ...claims },
    signer: ecdsa(keyPair('P-256', label)),
  })
}
const publish = (world: FakeWorld, ...keys: readonly (readonly [string, string])[]): void => {
  world.answer = () => Promise.resolve(jsonResponse({ keys: keys.map(([kid, label]) => jwk(kid, label)) }))
}

function asker(world: FakeWorld, source: KeySource): (token: string) => Promise<Decision> {
  const guard = makeGuard({ issuers: [mainIssuer({}, source)], cache: CACHE })
  const decide = decideOf(guard, () => world.deps.nowMs() / 1_000)
  return (token) => ask(decide, bearer(token))
}

function sharedKey(kid: string, label: string): SharedKey {
  const imported = importJwk(jwk(kid, label), ['ES256'])
  if (!imported.ok) throw new Error(imported.error)
  return toSharedKey(imported.value)
}

async function expectTwice(
  decide: (token: string) => Promise<Decision>,
  token: string,
  reason: DenyReason,
): Promise<void> {
  expect((await decide(token)).reason).toBe(reason)
  expect(await decide(token)).toMatchObject({ reason, isCacheHit: true })
}

describe('keys that are loaded over the network', () => {
  it('bring the kid of a denied token', async () => {
    const world = createFakeWorld()
    publish(world, ['a', 'a'])
    const source = createKeySource(SETTINGS, ['ES256'], world.deps)
    await source.started
    const decide = asker(world, source)
    const token = tokenOf(world, 'b')
    await expectTwice(decide, token, 'kid_unknown')
    expect(world.fetched).toHaveLength(2)
    publish(world, ['a', 'a'], ['b', 'b'])
    // Until the cooldown is over, no request may cause another fetch.
    expect((await decide(token)).isCacheHit).toBe(true)
    world.advance(SETTINGS.cooldownMs)
    const decision = await decide(token)
    expect(decision.reason).toBe('ok')
    expect(decision.isCacheHit).toBeUndefined()
    source.close()
  })

  it('replace the key of a kid, and a token that was a forgery is good', async () => {
    const world = createFakeWorld()
    publish(world, ['a', 'old'])
    const source = createKeySource(SETTINGS, ['ES256'], world.deps)
    await source.started
    const decide = asker(world, source)
    const [token, expired] = [tokenOf(world, 'a', 'new'), tokenOf(world, 'a', 'old', { exp: 1 })]
    await expectTwice(decide, token, 'signature_invalid')
    await expectTwice(decide, expired, 'token_expired')
    publish(world, ['a', 'new'])
    world.advance(SETTINGS.refreshMs)
    await settle()
    expect((await decide(token)).reason).toBe('ok')
    await expectTwice(decide, expired, 'signature_invalid')
    source.close()
  })

  it('are too old to be used: what was denied for its signature may be good', async () => {
    const world = createFakeWorld()
    publish(world, ['a', 'old'])
    const source = createKeySource(SETTINGS, ['ES256'], world.deps)
    await source.started
    const decide = asker(world, source)
    const token = tokenOf(world, 'a', 'new', { exp: 9e9 })
    await expectTwice(decide, token, 'signature_invalid')
    world.answer = () => Promise.reject(new TypeError('down'))
    world.advance(SETTINGS.maxStaleMs + 1)
    const decision = await decide(token)
    expect(decision.reason).toBe('keys_unavailable')
    expect(decision.isCacheHit).toBeUndefined()
    source.close()
  })

  it('replace those of a snapshot', async () => {
    const world = createFakeWorld()
    publish(world, ['a', 'old'])
    const earlier = createKeySource(KEPT, ['ES256'], world.deps)
    await earlier.started
    await settle()
    earlier.close()
    world.answer = () => Promise.reject(new TypeError('down'))
    const source = createKeySource(KEPT, ['ES256'], world.deps)
    await source.started
    const decide = asker(world, source)
    const token = tokenOf(world, 'a', 'new')
    await expectTwice(decide, token, 'signature_invalid')
    publish(world, ['a', 'new'])
    // The wait after the failed load.
    world.advance(750)
    await until(() => source.status().state === 'fresh')
    expect((await decide(token)).reason).toBe('ok')
    source.close()
  })

  it('are the same after a load: nothing is judged again', async () => {
    const world = createFakeWorld()
    publish(world, ['a', 'a'])
    const source = createKeySource(SETTINGS, ['ES256'], world.deps)
    await source.started
    const decide = asker(world, source)
    const token = tokenOf(world, 'a', 'forged')
    await expectTwice(decide, token, 'signature_invalid')
    publish(world, ['a', 'a'], ['b', 'b'])
    world.advance(SETTINGS.refreshMs)
    await settle()
    expect(world.fetched).toHaveLength(2)
    expect(await decide(token)).toMatchObject({ reason: 'signature_invalid', isCacheHit: true })
    source.close()
  })

  it('reach a worker: what it denied without them is judged again', async () => {
    const world = createFakeWorld()
    const kids: (string | undefined)[] = []
    const mirror = createKeyMirror(
      {
        description: 'jwks_url https://idp.example/jwks',
        remote: SETTINGS,
        ask: (kid) => {
          kids.push(kid)
          return Promise.resolve(false)
        },
        onUse: () => undefined,
      },
      world.deps,
    )
    const take = (...keys: readonly (readonly [string, string])[]): void =>
      mirror.take({
        keySet: { keys: keys.map(([kid, label]) => sharedKey(kid, label)), ignored: [] },
        loadedAtMs: world.deps.nowMs(),
        usableUntilMs: world.deps.nowMs() + SETTINGS.maxStaleMs,
        nextLoadAtMs: undefined,
        lastError: undefined,
        isStale: false,
      })
    take(['a', 'old'])
    const decide = asker(world, mirror)
    const [unknown, forged] = [tokenOf(world, 'b'), tokenOf(world, 'a', 'new')]
    await expectTwice(decide, unknown, 'kid_unknown')
    await expectTwice(decide, forged, 'signature_invalid')
    expect(kids).toEqual(['b'])
    // After the silence, the process that has the source is asked again.
    world.advance(1_000)
    await expectTwice(decide, unknown, 'kid_unknown')
    expect(kids).toEqual(['b', 'b'])
    take(['a', 'new'], ['b', 'b'])
    for (const token of [unknown, forged]) expect((await decide(token)).reason).toBe('ok')
  })
})
