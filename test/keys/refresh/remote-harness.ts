/** A remote key source in a fake world, and what a request does with it. */
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import type { SettingsOf } from '../../../src/settings/keys/key-source.ts'
import type { KeyLookup, KeySource } from '../../../src/keys/key-source.ts'
import type { VerificationKey } from '../../../src/keys/verification-key.ts'
import { createFakeWorld, jsonResponse } from '../fake-world.ts'
import type { FakeWorld } from '../fake-world.ts'
import { keyPair, publicJwk } from '../key-pairs.ts'

export const URL_OF_KEYS = 'https://idp.example/jwks'
export const REMOTE = {
  allowHttp: false,
  timeoutMs: 5_000,
  maxBytes: 100_000,
  refreshMs: 600_000,
  minRefreshMs: 60_000,
  maxRefreshMs: 3_600_000,
  maxStaleMs: 86_400_000,
  cooldownMs: 30_000,
  firstFetchWaitMs: 1_000,
  startup: 'serve',
} as const
export const SETTINGS: SettingsOf<'jwks_url'> = { kind: 'jwks_url', url: URL_OF_KEYS, ...REMOTE }

export const jwk = (kid: string, label = kid) => publicJwk(keyPair('P-256', label), { kid })
export const publish = (world: FakeWorld, ...kids: readonly string[]): void => {
  world.answer = () => Promise.resolve(jsonResponse({ keys: kids.map((kid) => jwk(kid)) }))
}
export const never = (): Promise<Response> => new Promise(() => undefined)

export interface Started {
  readonly world: FakeWorld
  readonly source: KeySource
}

/** A source that has loaded the keys of these kids. */
export async function started(...kids: readonly string[]): Promise<Started> {
  const world = createFakeWorld()
  publish(world, ...kids)
  const source = createKeySource(SETTINGS, ['ES256'], world.deps)
  await source.started
  return { world, source }
}

export const ask = (source: KeySource, kid: string | undefined, mayWait = true): KeyLookup =>
  source.lookup(kid, 'ES256', mayWait)
export const stateOf = (source: KeySource, kid: string | undefined, mayWait = true): string =>
  ask(source, kid, mayWait).state

export function keyOf(source: KeySource, kid: string): VerificationKey {
  const found = ask(source, kid, false)
  const key = found.state === 'found' ? found.keys[0] : undefined
  if (key === undefined) throw new Error(`no key ${kid}`)
  return key
}

/** What one request does: ask, wait once if it has to, ask again. */
export async function request(source: KeySource, kid: string): Promise<string> {
  const first = ask(source, kid)
  if (first.state !== 'pending') return first.state
  await first.settled
  return stateOf(source, kid, false)
}
