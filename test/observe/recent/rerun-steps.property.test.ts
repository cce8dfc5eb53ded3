import { describe, it } from 'bun:test'
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import type { Decision } from '../../../src/decision/decision.ts'
import { createDecide } from '../../../src/decision/decide.ts'
import type { KeyLookup, KeySource } from '../../../src/keys/key-source.ts'
import { createCombinedSource } from '../../../src/keys/sources/combined-source.ts'
import type { DecisionEvent } from '../../../src/observe/decision-log.ts'
import { rerunSteps } from '../../../src/observe/recent/rerun-steps.ts'
import type { AuthzRequest } from '../../../src/request/authz-request.ts'
import { CACHE } from '../../support/denied-tokens.ts'
import { jwkOf, jwksSource, scriptedSource } from '../../support/key-sources.ts'
import {
  hmacIssuer,
  ID,
  mainIssuer,
  makeGuard,
  makeRequest,
  policySettings,
  routeSettings,
} from '../../support/make-guard.ts'
import { ecdsa, EC, mint, mintHmac, NOW_SECONDS, RSA, rsa, rsaPair } from '../../support/tokens.ts'

const NOW = NOW_SECONDS
const OTHER = rsaPair()
const RS = jwkOf(RSA.publicKey, { kid: 'rsa' })
const KEY_SETS = [
  [RS, jwkOf(EC.publicKey, { kid: 'ec' })],
  [jwkOf(OTHER.publicKey, { kid: 'rsa' })],
  [RS],
  [],
]
/** What a second source of the issuer answers; it is asked for the first one's unknown keys. */
const SECOND: readonly KeyLookup['state'][] = ['kid_unknown', 'unavailable', 'pending']
const TOKENS = [
  undefined,
  mint(),
  mint({ signer: rsa(OTHER) }),
  mint({ header: { alg: 'ES256', kid: 'ec' }, signer: ecdsa() }),
  mint({ header: { kid: 'next' }, signer: rsa(OTHER) }),
  mint({ header: { kid: undefined } }),
  mint({ claims: { exp: NOW + 40 } }),
  mint({ claims: { exp: NOW - 50, iat: NOW - 100 } }),
  mint({ claims: { iat: NOW + 90 } }),
  mint({ claims: { aud: 'x' } }),
  mint({ claims: { exp: undefined } }),
  mint({ claims: { scope: 'a' } }),
  mint({ claims: { iss: 'https://elsewhere.example' } }),
  mintHmac(),
  mintHmac().slice(0, -4),
  'a.b.c',
]
const PATHS = ['/open', '/shut', '/any', '/scoped', '/maybe', '/none', '/any/../open', '/scoped//x']
const ROUTES = [
  routeSettings({ name: 'open', path: ['/open'], access: { kind: 'public' } }),
  routeSettings({ name: 'shut', path: ['/shut'], access: { kind: 'deny' } }),
  routeSettings({ name: 'any', path: ['/any'] }),
  routeSettings({ name: 'maybe', path: ['/maybe'], allowAnonymous: true }),
  routeSettings({ name: 'scoped', path: ['/scoped'], access: { kind: 'policy', policy: 'scoped' } }),
]

/** A service in small, with one issuer of two sources, and all that a rerun must not do. */
function createWorld() {
  const world = { now: NOW, second: 'kid_unknown' as KeyLookup['state'], asked: 0, used: 0 }
  const first = jwksSource(KEY_SETS[0] ?? [], ['RS256', 'ES256'])
  const second: KeySource = {
    ...scriptedSource(),
    trusts: () => false,
    lookup(_kid, _algorithm, mayWait) {
      if (mayWait) world.asked++
      if (world.second === 'unavailable') return { state: 'unavailable', retryAfterSeconds: 3 }
      // What is waited for brings nothing.
      if (world.second === 'pending' && mayWait) return { state: 'pending', settled: Promise.resolve() }
      return { state: 'kid_unknown' }
    },
  }
  const combined = createCombinedSource([first.source, second])
  const keys: KeySource = {
    ...combined,
    noteUse(key) {
      world.used++
      combined.noteUse(key)
    },
  }
  const guard = makeGuard({
    issuers: [mainIssuer({ maxAgeSeconds: 300 }, keys), hmacIssuer()],
    policies: [policySettings(), policySettings({ name: 'scoped', scope: ['a'] })],
    routes: ROUTES,
    cache: CACHE,
  })
  const decide = createDecide(guard, { nowMs: () => world.now * 1_000, newId: () => ID })
  return { world, publish: first.replace, guard, decide }
}

const requestOf = (token: string | undefined, path: string, method: string): AuthzRequest =>
  makeRequest({ method, path, headers: token === undefined ? [] : [['authorization', `Bearer ${token}`]] })

const eventOf = (decision: Decision, more: Partial<DecisionEvent>): DecisionEvent => ({
  decision,
  status: 200,
  request: undefined,
  via: 'nginx',
  durationMs: 0.02,
  clientAddress: undefined,
  ...more,
})

const events = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        token: fc.constantFrom(...TOKENS),
        path: fc.constantFrom(...PATHS),
        method: fc.constantFrom('GET', 'POST', 'TRACE'),
        policy: fc.constantFrom(undefined, undefined, 'any', 'scoped'),
        times: fc.constantFrom(1, 2, 3),
      }),
    },
    { weight: 2, arbitrary: fc.record({ seconds: fc.constantFrom(-200, 0.5, 35, 60, 200) }) },
    { weight: 1, arbitrary: fc.record({ keys: fc.constantFrom(...KEY_SETS) }) },
    { weight: 1, arbitrary: fc.record({ second: fc.constantFrom(...SECOND) }) },
  ),
  { minLength: 10, maxLength: 60 },
)

describe('the steps of a decision, run again', () => {
  it('end as the decision did, and look for no key and note none, whatever happens to clock and keys', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(events, async (all) => {
        const { world, publish, guard, decide } = createWorld()
        for (const event of all) {
          if ('seconds' in event) world.now += event.seconds
          else if ('keys' in event) publish(event.keys)
          else if ('second' in event) world.second = event.second
          else {
            const request = requestOf(event.token, event.path, event.method)
            const policy = event.policy === undefined ? undefined : guard.policies.get(event.policy)
            for (let i = 0; i < event.times; i++) {
              const decision = await decide({ request, policy })
              const { asked, used, now } = world
              // The clock goes on; the steps go by that of the decision.
              world.now += 1_000
              const rerun = rerunSteps(eventOf(decision, { request, policy, decide }))
              world.now = now
              assert.ok(!(rerun instanceof Promise))
              assert.equal(rerun.reason, decision.reason)
              assert.deepEqual({ asked: world.asked, used: world.used }, { asked, used })
              const failed = rerun.steps.find(({ result }) => result === 'fail')
              assert.equal(failed?.reason, decision.outcome === 'deny' ? decision.reason : undefined)
              seen.add(decision.isCacheHit === true ? `${decision.reason} remembered` : decision.reason)
            }
          }
        }
      }),
      { numRuns: 150 },
    )
    for (const reason of [
      'ok',
      'ok remembered',
      'public',
      'anonymous',
      'token_missing',
      'kid_unknown',
      'kid_unknown remembered',
      'keys_unavailable',
      'signature_invalid remembered',
      'token_expired remembered',
      'issuer_unknown',
      'scope_missing',
      'no_route',
      'route_denied',
      'path_ambiguous',
      'method_refused',
    ])
      assert.ok(seen.has(reason), `${reason} never came: ${[...seen].join(', ')}`)
  })
})
