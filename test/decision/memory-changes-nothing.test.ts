import { describe, it } from 'bun:test'
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import type { Decision } from '../../src/decision/decision.ts'
import type { KeyLookup } from '../../src/keys/key-source.ts'
import { createCombinedSource } from '../../src/keys/sources/combined-source.ts'
import { CACHE, foundKey, unmarked } from '../support/denied-tokens.ts'
import { jwkOf, jwksSource, scriptedSource } from '../support/key-sources.ts'
import { bearer, decideOf, hmacIssuer, mainIssuer, makeGuard, policySettings } from '../support/make-guard.ts'
import { ecdsa, EC, mint, mintHmac, NOW_SECONDS, RSA, rsa, rsaPair } from '../support/tokens.ts'

const NOW = NOW_SECONDS
const OTHER = rsaPair()
const RS = jwkOf(RSA.publicKey, { kid: 'rsa' })
const REPLACED = jwkOf(OTHER.publicKey, { kid: 'rsa' })
const UNNAMED = jwkOf(OTHER.publicKey)
const ES = jwkOf(EC.publicKey, { kid: 'ec' })

/** What the issuer may publish, and what a second source of it may answer. */
const KEY_SETS = [[RS, ES], [REPLACED], [RS, UNNAMED], [ES], [UNNAMED], []]
const SECOND: readonly KeyLookup[] = [
  { state: 'kid_unknown' },
  { state: 'unavailable', retryAfterSeconds: 3 },
  foundKey(OTHER),
  { ...foundKey(), isGuess: true },
]
/** Their times begin and end while the clock moves, and each of them is wrong in another way. */
const TOKENS = [
  mint(),
  mint({ signer: rsa(OTHER) }),
  mint({ header: { kid: undefined }, signer: rsa(OTHER) }),
  mint({ header: { alg: 'ES256', kid: 'ec' }, signer: ecdsa() }),
  mint({ header: { kid: 'next' }, signer: rsa(OTHER) }),
  mint({ claims: { exp: NOW + 40 } }),
  mint({ claims: { exp: NOW - 50, iat: NOW - 100 } }),
  mint({ claims: { nbf: NOW + 90, aud: 'x' } }),
  mint({ claims: { iat: NOW + 90 } }),
  mint({ claims: { iat: NOW - 280, scope: 'b' } }),
  mint({ claims: { aud: 'x' } }),
  mint({ claims: { exp: undefined } }),
  mint({ claims: { nbf: 'now' } }),
  mint({ claims: { sub: 1 } }),
  mint({ claims: { scope: 'a', tier: 'gold' } }),
  mint({ claims: { scope: 'a', tier: { of: 1 } } }),
  mintHmac({ claims: { tier: 'gold' } }),
  mintHmac().slice(0, -4),
  'a.b.c',
]
const POLICIES = [
  policySettings(),
  policySettings({ name: 'scoped', scope: ['a'] }),
  policySettings({
    name: 'tiered',
    claims: [{ path: 'tier', equals: 'gold' }],
    identity: [{ name: 'X-Tier', claim: 'tier', arrays: 'csv', encoding: 'percent', maxBytes: 4096 }],
  }),
]

interface World {
  now: number
  second: KeyLookup
  publish(keys: (typeof KEY_SETS)[number]): void
  /** The decision of a guard with a memory, and of one without. */
  readonly ask: (token: string, policy: string) => Promise<readonly [Decision, Decision]>
}

function createWorld(): World {
  const first = jwksSource(KEY_SETS[0] ?? [], ['RS256', 'ES256'])
  const second = { ...scriptedSource(), lookup: () => world.second, trusts: () => false }
  const keys = createCombinedSource([first.source, second])
  const askerWith = (cache: typeof CACHE) => {
    const issuers = [mainIssuer({ maxAgeSeconds: 300 }, keys), hmacIssuer()]
    const guard = makeGuard({ issuers, policies: POLICIES, cache })
    const decide = decideOf(guard, () => world.now)
    return async (token: string, policy: string): Promise<Decision> =>
      await decide({ request: bearer(token), policy: guard.policies.get(policy) })
  }
  const [remembering, forgetful] = [askerWith(CACHE), askerWith({ tokens: 0, bytes: 0 })]
  const ask: World['ask'] = async (token, policy) => [
    await remembering(token, policy),
    await forgetful(token, policy),
  ]
  const world: World = { now: NOW, second: { state: 'kid_unknown' }, publish: first.replace, ask }
  return world
}

/** What happens: mostly requests, in which a few tokens come often. */
const events = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        token: fc.constantFrom(...TOKENS),
        policy: fc.constantFrom(...POLICIES.map(({ name }) => name)),
        times: fc.constantFrom(1, 2, 3),
      }),
    },
    { weight: 3, arbitrary: fc.record({ seconds: fc.constantFrom(-200, -35, 0.5, 20, 35, 60, 200) }) },
    { weight: 1, arbitrary: fc.record({ keys: fc.constantFrom(...KEY_SETS) }) },
    { weight: 1, arbitrary: fc.record({ second: fc.constantFrom(...SECOND) }) },
  ),
  { minLength: 20, maxLength: 80 },
)

describe('with and without a memory', () => {
  it('every decision is the same, with all its facts, whatever happens to clock and keys', async () => {
    const hits = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(events, async (all) => {
        const world = createWorld()
        for (const event of all) {
          if ('seconds' in event) world.now += event.seconds
          else if ('keys' in event) world.publish(event.keys)
          else if ('second' in event) world.second = event.second
          else
            for (let i = 0; i < event.times; i++) {
              const [remembering, forgetful] = await world.ask(event.token, event.policy)
              assert.deepEqual(unmarked(remembering), unmarked(forgetful))
              if (remembering.isCacheHit)
                hits.set(remembering.reason, (hits.get(remembering.reason) ?? 0) + 1)
            }
        }
      }),
      { numRuns: 120 },
    )
    // Otherwise nothing was compared.
    for (const reason of [
      'ok',
      'signature_invalid',
      'token_expired',
      'token_not_yet_valid',
      'scope_missing',
      'kid_unknown',
    ])
      assert((hits.get(reason) ?? 0) > 10, `${reason}: ${hits.get(reason)} hits`)
  })
})
