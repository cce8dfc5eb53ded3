import { describe, expect, it } from 'bun:test'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import { createFakeWorld, jsonResponse, settle, START_MS, until } from '../fake-world.ts'
import {
  ask,
  jwk,
  keyOf,
  never,
  publish,
  request,
  SETTINGS,
  started,
  stateOf,
  URL_OF_KEYS,
} from './remote-harness.ts'

describe('a remote key source at its start', () => {
  it('lets requests wait together for the first load, and answers them from it', async () => {
    const world = createFakeWorld()
    publish(world, 'a')
    const source = createKeySource(SETTINGS, ['ES256'], world.deps)
    const answers = await Promise.all(Array.from({ length: 50 }, () => request(source, 'a')))
    expect(new Set(answers)).toEqual(new Set(['found']))
    expect(world.fetched).toEqual([URL_OF_KEYS])
    expect(source.status()).toMatchObject({ state: 'fresh', loadedAtMs: START_MS, lastError: undefined })
  })

  it('is unavailable once the wait is over, and for callers that may not wait', async () => {
    const world = createFakeWorld()
    world.answer = never
    const source = createKeySource(SETTINGS, ['ES256'], world.deps)
    expect(ask(source, 'a', false)).toEqual({ state: 'unavailable', retryAfterSeconds: 1 })
    const answer = request(source, 'a')
    world.advance(999)
    expect(stateOf(source, undefined)).toBe('pending')
    world.advance(1)
    expect(await answer).toBe('unavailable')
    expect(stateOf(source, 'a')).toBe('unavailable')
    expect(source.status().state).toBe('empty')
    source.close()
  })

  it('tries again after 1, 2, 4 … 60 seconds, and never lets requests cause a try', async () => {
    const world = createFakeWorld()
    const source = createKeySource(SETTINGS, ['ES256'], world.deps)
    await source.started
    const waits: number[] = []
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await settle()
      expect(world.fetched).toHaveLength(attempt)
      for (let count = 0; count < 20; count += 1) expect(stateOf(source, `kid-${count}`)).toBe('unavailable')
      const wait = world.timers()[0] ?? 0
      const answer = ask(source, 'a')
      expect(answer.state === 'unavailable' && answer.retryAfterSeconds).toBe(Math.ceil(wait / 1_000))
      waits.push(wait)
      world.advance(wait)
    }
    // The middle of the spread is three quarters of the full wait.
    expect(waits.map((wait) => wait / 750)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
    await settle()
    publish(world, 'a')
    world.advance(45_000)
    await until(() => stateOf(source, 'a') === 'found')
    expect(source.status().lastError).toBeUndefined()
  })

  it('reports that the first load has ended, well or badly', async () => {
    const world = createFakeWorld()
    const source = createKeySource(SETTINGS, ['ES256'], world.deps)
    expect(await source.started).toBeUndefined()
    expect(source.status().lastError).toBeString()
  })
})

describe('a remote key source in its days', () => {
  it('refreshes in the background while known keys are answered at once', async () => {
    const { world, source } = await started('a')
    expect(world.timers()).toEqual([600_000])
    world.answer = never
    world.advance(600_000)
    expect(world.fetched).toHaveLength(2)
    expect(stateOf(source, 'a')).toBe('found')
    expect(stateOf(source, undefined)).toBe('found')
    source.close()
  })

  it('spreads refreshes by a tenth either way', async () => {
    for (const [random, delay] of [
      [0, 540_000],
      [0.999_999, 659_999],
    ] as const) {
      const world = createFakeWorld()
      publish(world, 'a')
      const source = createKeySource(SETTINGS, ['ES256'], { ...world.deps, random: () => random })
      await source.started
      expect(Math.floor(world.timers()[0] ?? 0)).toBe(delay)
      source.close()
    }
  })

  it('stops trusting a removed key at once, and keeps the others as the same objects', async () => {
    const { world, source } = await started('a', 'b')
    const [a, b] = [keyOf(source, 'a'), keyOf(source, 'b')]
    expect([source.trusts(a), source.trusts(b)]).toEqual([true, true])
    publish(world, 'b', 'c')
    world.advance(600_000)
    await until(() => source.status().keys.some((key) => key.kid === 'c'))
    expect([source.trusts(a), source.trusts(b)]).toEqual([false, true])
    expect(keyOf(source, 'b')).toBe(b)
    expect(world.events.at(-1)).toMatchObject({ type: 'keys_changed', added: ['c'], removed: ['a'] })
  })

  it('takes the same kid with other material as a new key', async () => {
    const { world, source } = await started('a')
    const before = keyOf(source, 'a')
    world.answer = () => Promise.resolve(jsonResponse({ keys: [jwk('a', 'replaced')] }))
    world.advance(600_000)
    await until(() => !source.trusts(before))
    expect(keyOf(source, 'a')).not.toBe(before)
  })

  it('trusts the keys of no other source', async () => {
    const [one, two] = [await started('a'), await started('a')]
    expect(one.source.trusts(keyOf(two.source, 'a'))).toBe(false)
  })

  it('stops timers and fetches when it is closed', async () => {
    const { world, source } = await started('a')
    let signal: AbortSignal | null | undefined
    world.answer = (_url, init) => {
      signal = init.signal
      return never()
    }
    const answer = request(source, 'new')
    source.close()
    expect(await answer).toBe('kid_unknown')
    expect(signal?.aborted).toBe(true)
    expect(world.timers()).toEqual([])
    expect(stateOf(source, 'newer')).toBe('kid_unknown')
    expect(world.fetched).toHaveLength(2)
  })

  it('reports its address without the query, which may hold a token', async () => {
    const world = createFakeWorld()
    const url = `${URL_OF_KEYS}?token=CANARY`
    const source = createKeySource({ ...SETTINGS, url }, ['ES256'], world.deps)
    await source.started
    expect(JSON.stringify([source.status(), world.events])).not.toContain('CANARY')
    source.close()
  })
})
