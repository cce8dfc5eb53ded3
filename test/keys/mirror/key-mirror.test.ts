import { describe, expect, it } from 'bun:test'
import { importJwk } from '../../../src/keys/import/import-jwk.ts'
import { createKeyMirror, type KeyMirror, type SharedKeys } from '../../../src/keys/mirror/key-mirror.ts'
import { toSharedKey, type SharedKey } from '../../../src/keys/mirror/shared-key.ts'
import { createFakeWorld, START_MS } from '../fake-world.ts'
import { keyPair, publicJwk } from '../key-pairs.ts'

function key(kid: string): SharedKey {
  const imported = importJwk(publicJwk(keyPair('P-256', kid), { kid }), ['ES256'])
  if (!imported.ok) throw new Error(imported.error)
  return toSharedKey(imported.value)
}
const A = key('a')
const B = key('b')

const shared = (keys: readonly SharedKey[], more: Partial<SharedKeys> = {}): SharedKeys => ({
  keySet: { keys, ignored: [] },
  loadedAtMs: START_MS,
  lastError: undefined,
  isStale: false,
  usableUntilMs: START_MS + 60_000,
  nextLoadAtMs: START_MS + 5_000,
  ...more,
})

interface Asked {
  readonly kid: string | undefined
  answer(hasWaited: boolean): void
  fail(): void
}

function start(remote: typeof REMOTE | null = REMOTE) {
  const world = createFakeWorld()
  const asked: Asked[] = []
  const used: string[] = []
  const mirror: KeyMirror = createKeyMirror(
    {
      description: 'jwks_url https://idp.example.com/jwks',
      ...(remote !== null && { remote }),
      ask: (kid) =>
        new Promise((resolve, reject) =>
          asked.push({ kid, answer: resolve, fail: () => reject(new Error('no answer')) }),
        ),
      onUse: ({ thumbprint }) => used.push(thumbprint),
    },
    world.deps,
  )
  const stateOf = (kid: string | undefined, mayWait = true): string =>
    mirror.lookup(kid, 'ES256', mayWait).state
  const settledOf = (kid: string | undefined): Promise<void> => {
    const answer = mirror.lookup(kid, 'ES256', true)
    if (answer.state !== 'pending') throw new Error(answer.state)
    return answer.settled
  }
  return { world, asked, used, mirror, stateOf, settledOf }
}
const REMOTE = { cooldownMs: 30_000, firstFetchWaitMs: 2_000 }

describe('a mirror of keys', () => {
  it('finds the keys that it was given without asking', () => {
    const { mirror, asked, stateOf } = start()
    mirror.take(shared([A]))
    expect(stateOf('a')).toBe('found')
    expect(stateOf(undefined)).toBe('found')
    expect(asked).toHaveLength(0)
  })

  it('asks for an unknown kid once, and looks again when the answer is there', async () => {
    const { mirror, asked, stateOf, settledOf } = start()
    mirror.take(shared([A]))
    const all = [settledOf('b'), settledOf('b')]
    expect(asked.map(({ kid }) => kid)).toEqual(['b'])
    mirror.take(shared([A, B]))
    asked[0]?.answer(true)
    await Promise.all(all)
    expect(stateOf('b', false)).toBe('found')
  })

  it('is quiet for a moment after an answer that there is nothing to wait for', async () => {
    const { world, mirror, asked, stateOf, settledOf } = start()
    mirror.take(shared([A]))
    const waiting = settledOf('b')
    asked[0]?.answer(false)
    await waiting
    expect(stateOf('c')).toBe('kid_unknown')
    expect(stateOf('b')).toBe('kid_unknown')
    world.advance(100)
    expect(stateOf('c')).toBe('pending')
    expect(asked).toHaveLength(2)
  })

  it('goes on asking while a load is waited for', () => {
    const { mirror, asked, settledOf } = start()
    mirror.take(shared([A]))
    void settledOf('b')
    void settledOf('c')
    expect(asked.map(({ kid }) => kid)).toEqual(['b', 'c'])
  })

  for (const [what, end] of [
    ['fails', ({ asked }: ReturnType<typeof start>) => asked[0]?.fail()],
    ['does not come', ({ world }: ReturnType<typeof start>) => world.advance(3_000)],
  ] as const)
    it(`stops waiting when the answer ${what}`, async () => {
      const started = start()
      started.mirror.take(shared([A]))
      const waiting = started.settledOf('b')
      end(started)
      await waiting
      expect(started.stateOf('b', false)).toBe('kid_unknown')
    })

  it('asks for no kid that cannot be one', () => {
    const { mirror, asked, stateOf } = start()
    mirror.take(shared([A]))
    expect(stateOf('')).toBe('kid_unknown')
    expect(stateOf('x'.repeat(257))).toBe('kid_unknown')
    expect(asked).toHaveLength(0)
  })

  it('never asks about local keys', () => {
    const started = start(null)
    started.mirror.take(shared([A], { usableUntilMs: undefined, nextLoadAtMs: undefined }))
    expect(started.stateOf('b')).toBe('kid_unknown')
    started.world.advance(365 * 24 * 3_600_000)
    expect(started.stateOf('a')).toBe('found')
    expect(started.asked).toHaveLength(0)
  })

  it('has no keys before the first ones, and after they are too old', async () => {
    const { world, mirror, asked, stateOf, settledOf } = start()
    const first = settledOf(undefined)
    asked[0]?.answer(true)
    await first
    expect(mirror.lookup('a', 'ES256', false)).toEqual({ state: 'unavailable', retryAfterSeconds: 1 })
    mirror.take(shared([A]))
    const found = mirror.lookup('a', 'ES256', false)
    if (found.state !== 'found' || found.keys[0] === undefined) throw new Error(found.state)
    expect(mirror.trusts(found.keys[0])).toBe(true)
    world.advance(60_001)
    expect(stateOf('a', false)).toBe('unavailable')
    expect(mirror.trusts(found.keys[0])).toBe(false)
    mirror.take(
      shared([A], { keySet: undefined, loadedAtMs: START_MS + 60_001, usableUntilMs: START_MS + 120_001 }),
    )
    expect(mirror.trusts(found.keys[0])).toBe(true)
  })

  it('keeps the object of a key that stays, and trusts none that is gone', () => {
    const { mirror } = start()
    const keyOf = (kid: string) => {
      const found = mirror.lookup(kid, 'ES256', false)
      if (found.state !== 'found' || found.keys[0] === undefined) throw new Error(found.state)
      return found.keys[0]
    }
    mirror.take(shared([A]))
    const before = keyOf('a')
    mirror.take(shared([A, B]))
    expect(keyOf('a')).toBe(before)
    mirror.take(shared([B]))
    expect(mirror.trusts(before)).toBe(false)
  })

  it('reports the use of a key, once a second', () => {
    const { world, mirror, used } = start()
    mirror.take(shared([A, B]))
    const found = mirror.lookup('a', 'ES256', false)
    if (found.state !== 'found' || found.keys[0] === undefined) throw new Error(found.state)
    mirror.noteUse(found.keys[0])
    mirror.trusts(found.keys[0])
    expect(used).toEqual([A.thumbprint])
    world.advance(1_000)
    mirror.trusts(found.keys[0])
    expect(used).toEqual([A.thumbprint, A.thumbprint])
  })
})

it('a mirror says that the last load failed, and why, until a good one', () => {
  const { mirror } = start()
  mirror.take(shared([A], { isStale: true, lastError: 'no connection' }))
  expect(mirror.status()).toMatchObject({ state: 'stale', lastError: 'no connection' })
  mirror.take(shared([A], { keySet: undefined }))
  expect(mirror.status()).toMatchObject({ state: 'fresh', lastError: undefined })
})
