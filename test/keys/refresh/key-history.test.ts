import { describe, expect, it } from 'bun:test'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import type { KeyHistory, KeySource } from '../../../src/keys/key-source.ts'
import { createFakeWorld, jsonResponse, START_MS, until } from '../fake-world.ts'
import type { FakeWorld } from '../fake-world.ts'
import { jwksBytes, secretOf } from '../key-pairs.ts'
import { jwk, keyOf, publish, SETTINGS, started } from './remote-harness.ts'

const historyOf = (source: KeySource, kid: string): KeyHistory | undefined =>
  source.status().history.find((key) => key.kid === kid)

/** A refresh, ten minutes later. */
async function refresh(world: FakeWorld, source: KeySource): Promise<void> {
  const { loadedAtMs } = source.status()
  world.advance(600_000)
  await until(() => source.status().loadedAtMs !== loadedAtMs)
}

describe('the history of a key', () => {
  it('reports when it was first seen, last seen, and whether it is in force', async () => {
    const { world, source } = await started('a', 'b')
    publish(world, 'b', 'c')
    await refresh(world, source)
    await refresh(world, source)
    const rows = source
      .status()
      .history.map(({ kid, firstSeenMs, lastSeenMs, isInForce }) => [
        kid,
        (firstSeenMs - START_MS) / 600_000,
        (lastSeenMs - START_MS) / 600_000,
        isInForce,
      ])
    expect(rows).toEqual([
      ['b', 0, 2, true],
      ['c', 1, 2, true],
      ['a', 0, 0, false],
    ])
    source.close()
  })

  it('lists the keys in force first, in the order of the status', async () => {
    const { source } = await started('c', 'a', 'b')
    const { keys, history } = source.status()
    expect(history.map(({ thumbprint }) => thumbprint)).toEqual(keys.map(({ thumbprint }) => thumbprint))
    source.close()
  })

  it('goes on when a key comes back', async () => {
    const { world, source } = await started('a', 'b')
    publish(world, 'b')
    await refresh(world, source)
    publish(world, 'a', 'b')
    await refresh(world, source)
    expect(historyOf(source, 'a')).toMatchObject({ firstSeenMs: START_MS, isInForce: true })
    expect(source.status().history).toHaveLength(2)
    source.close()
  })

  it('begins anew with other material under the same kid', async () => {
    const { world, source } = await started('a')
    world.answer = () => Promise.resolve(jsonResponse({ keys: [jwk('a', 'replaced')] }))
    await refresh(world, source)
    expect(source.status().history.map(({ isInForce }) => isInForce)).toEqual([true, false])
    expect(historyOf(source, 'a')?.firstSeenMs).toBe(START_MS + 600_000)
    source.close()
  })

  it('forgets all but the last that left', async () => {
    const { world, source } = await started('a')
    for (let round = 0; round < 40; round += 1) {
      publish(world, `kid-${round}`)
      await refresh(world, source)
    }
    const { history } = source.status()
    expect(history).toHaveLength(33)
    expect(history[1]?.kid).toBe('kid-38')
    source.close()
  })
})

describe('the last use of a key', () => {
  it('is reported by a verification and by a hit of the cache, to the second', async () => {
    const { world, source } = await started('a', 'b')
    expect(historyOf(source, 'a')?.lastUsedMs).toBeUndefined()
    const key = keyOf(source, 'a')
    expect(historyOf(source, 'a')?.lastUsedMs).toBeUndefined()
    source.noteUse(key)
    expect(historyOf(source, 'a')?.lastUsedMs).toBe(START_MS)
    world.advance(999)
    source.noteUse(key)
    expect(historyOf(source, 'a')?.lastUsedMs).toBe(START_MS)
    world.advance(1)
    source.trusts(key)
    expect(historyOf(source, 'a')?.lastUsedMs).toBe(START_MS + 1_000)
    expect(historyOf(source, 'b')?.lastUsedMs).toBeUndefined()
    source.close()
  })

  it('survives a refresh, and stands still once the key has left', async () => {
    const { world, source } = await started('a', 'b')
    const key = keyOf(source, 'a')
    source.noteUse(key)
    await refresh(world, source)
    expect(historyOf(source, 'a')?.lastUsedMs).toBe(START_MS)
    publish(world, 'b')
    await refresh(world, source)
    source.noteUse(key)
    expect(source.trusts(key)).toBe(false)
    expect(historyOf(source, 'a')).toMatchObject({ lastUsedMs: START_MS, isInForce: false })
    source.close()
  })

  it('is known of local keys too', () => {
    const world = createFakeWorld()
    world.files.set('keys.json', jwksBytes(jwk('a')))
    const file = createKeySource({ kind: 'jwks_file', file: 'keys.json' }, ['ES256'], world.deps)
    const secret = createKeySource(
      { kind: 'secret', secret: secretOf(32), kid: 'a', allowShortSecret: false },
      ['HS256'],
      world.deps,
    )
    for (const source of [file, secret]) {
      const [key] = source.status().keys
      if (key !== undefined) source.noteUse(key)
      expect(historyOf(source, 'a')?.lastUsedMs).toBe(START_MS)
      source.close()
    }
  })
})

describe('pinned keys', () => {
  const pinOf = async (kid: string): Promise<string> => {
    const { source } = await started(kid)
    source.close()
    return keyOf(source, kid).thumbprint
  }

  it('are the only ones that are accepted; others are unsuitable and cause no fetch', async () => {
    const world = createFakeWorld()
    publish(world, 'a', 'b')
    const source = createKeySource({ ...SETTINGS, pin: [await pinOf('a')] }, ['ES256'], world.deps)
    await source.started
    expect(source.lookup('a', 'ES256', true).state).toBe('found')
    expect(source.lookup('b', 'ES256', true).state).toBe('unsuitable')
    expect(source.lookup(undefined, 'ES256', true)).toMatchObject({ keys: [{ kid: 'a' }] })
    expect(source.status().ignored).toMatchObject([
      { kid: 'b', why: expect.stringContaining(await pinOf('b')) },
    ])
    expect(world.fetched).toHaveLength(1)
    source.close()
  })

  it('are kept when an answer has none of them', async () => {
    const world = createFakeWorld()
    publish(world, 'a')
    const source = createKeySource({ ...SETTINGS, pin: [await pinOf('a')] }, ['ES256'], world.deps)
    await source.started
    publish(world, 'evil')
    world.advance(600_000)
    await until(() => source.status().state === 'stale')
    expect([source.lookup('a', 'ES256', true).state, source.status().keys.length]).toEqual(['found', 1])
    source.close()
  })
})
