/** A guard that remembers, over keys whose answer a test changes, and that counts what it saves. */
import type { Decision } from '../../src/decision/decision.ts'
import type { Guard } from '../../src/decision/guard.ts'
import type { KeyLookup, KeySource } from '../../src/keys/key-source.ts'
import type { VerificationKey } from '../../src/keys/verification-key.ts'
import type { IssuerSettings } from '../../src/settings/issuer/definition.ts'
import type { PolicySettings } from '../../src/settings/policy/definition.ts'
import { jwkOf, jwksSource, scriptedSource, type Jwk } from './key-sources.ts'
import { ask, bearer, decideOf, makeGuard, mainIssuer, policySettings, routeSettings } from './make-guard.ts'
import { NOW_SECONDS, RSA, type KeyPair } from './tokens.ts'

export const CACHE = { tokens: 100, bytes: 1_000_000 }

/** Settings in which a case differs from the default. */
export interface Differences {
  readonly issuer?: Partial<IssuerSettings>
  readonly policy?: Partial<PolicySettings>
}

export interface RememberingGuard {
  readonly guard: Guard
  /** Epoch seconds; `answer`: what the issuer's keys answer from now on. */
  readonly world: { now: number; answer: KeyLookup }
  /** How many signatures were checked, and which keys were reported as used. */
  readonly seen: { checks: number; readonly used: VerificationKey[] }
  readonly decide: (token: string) => Promise<Decision>
}

/** The answer with one RSA key of the `kid` `rsa`, which counts its checks in `seen`. */
export function foundKey(
  pair: KeyPair = RSA,
  members: Jwk = {},
  seen = { checks: 0 },
): Extract<KeyLookup, { state: 'found' }> {
  const found = jwksSource([jwkOf(pair.publicKey, { kid: 'rsa', ...members })], ['RS256']).source.lookup(
    'rsa',
    'RS256',
    true,
  )
  if (found.state !== 'found') throw new Error(`the key is ${found.state}`)
  const keys = found.keys.map((key): VerificationKey => ({
    ...key,
    verifiers: new Map(
      [...key.verifiers].map(([algorithm, verify]) => [
        algorithm,
        (input, signature) => {
          seen.checks += 1
          return verify(input, signature)
        },
      ]),
    ),
  }))
  return { state: 'found', keys }
}

export function rememberingGuard(
  { issuer, policy }: Differences = {},
  members: Jwk = {},
  cache = CACHE,
): RememberingGuard {
  const seen: RememberingGuard['seen'] = { checks: 0, used: [] }
  const world: RememberingGuard['world'] = { now: NOW_SECONDS, answer: foundKey(RSA, members, seen) }
  const keys: KeySource = {
    ...scriptedSource(),
    lookup: () => world.answer,
    trusts: (key) => world.answer.state === 'found' && world.answer.keys.includes(key),
    noteUse: (key) => void seen.used.push(key),
  }
  const guard = makeGuard({
    issuers: [mainIssuer(issuer, keys)],
    policies: [policySettings(policy)],
    routes: [routeSettings()],
    cache,
  })
  const decide = decideOf(guard, () => world.now)
  return { guard, world, seen, decide: (token) => ask(decide, bearer(token)) }
}

/** The decision without the mark that it comes from memory. */
export const unmarked = (decision: Decision): Decision => ({ ...decision, isCacheHit: undefined })
