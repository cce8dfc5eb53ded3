import { describe, expect, it } from 'bun:test'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import { createFakeWorld, jsonResponse, settle } from '../fake-world.ts'
import { jwk, never, publish, request, SETTINGS, started, stateOf } from './remote-harness.ts'

describe('a remote key source and unknown kids', () => {
  it('finds the new key after a rotation with one fetch, for all callers that wait', async () => {
    const { world, source } = await started('a')
    publish(world, 'a', 'b')
    const answers = await Promise.all(Array.from({ length: 100 }, () => request(source, 'b')))
    expect(new Set(answers)).toEqual(new Set(['found']))
    expect(world.fetched).toHaveLength(2)
  })

  it('survives a storm: 1,000 unknown kids cause at most two fetches, known kids are found', async () => {
    const { world, source } = await started('a')
    const kids = Array.from({ length: 1_000 }, (_, index) => `attack-${index}`)
    const storm = kids.map((kid) => {
      expect(stateOf(source, 'a')).toBe('found')
      return request(source, kid)
    })
    expect(new Set(await Promise.all(storm))).toEqual(new Set(['kid_unknown']))
    for (const kid of [...kids, 'another']) expect(stateOf(source, kid)).toBe('kid_unknown')
    expect(world.fetched).toHaveLength(2)
  })

  it('survives the storm while the issuer is down: the cooldown counts failures too', async () => {
    const { world, source } = await started('a')
    world.answer = () => Promise.reject(new TypeError('down'))
    for (let index = 0; index < 1_000; index += 1)
      expect(await request(source, `x${index}`)).toBe('kid_unknown')
    expect(world.fetched).toHaveLength(2)
    expect(stateOf(source, 'a')).toBe('found')
    expect(source.status().state).toBe('stale')
  })

  it('lets the storm of one moment wait once, and together', async () => {
    const { world, source } = await started('a')
    world.answer = never
    const answer = request(source, 'new')
    world.advance(600)
    const late = request(source, 'newer')
    world.advance(400)
    expect(await answer).toBe('kid_unknown')
    expect(await late).toBe('kid_unknown')
    expect(stateOf(source, 'newest')).toBe('kid_unknown')
    expect(world.fetched).toHaveLength(2)
    source.close()
  })

  it('allows the next fetch after the cooldown, counted from the claim', async () => {
    const { world, source } = await started('a')
    expect(await request(source, 'b')).toBe('kid_unknown')
    world.advance(29_999)
    expect(await request(source, 'c')).toBe('kid_unknown')
    expect(world.fetched).toHaveLength(2)
    world.advance(1)
    publish(world, 'a', 'c')
    expect(await request(source, 'c')).toBe('found')
    expect(world.fetched).toHaveLength(3)
  })

  it('answers a kid at once that another load looked for within the cooldown', async () => {
    const world = createFakeWorld()
    publish(world, 'a')
    const source = createKeySource({ ...SETTINGS, refreshMs: 10_000 }, ['ES256'], world.deps)
    await source.started
    expect(await request(source, 'b')).toBe('kid_unknown')
    world.answer = never
    world.advance(10_000)
    expect(world.fetched).toHaveLength(3)
    // A refresh is under way: a first request may wait for it, a refused one may not.
    expect(stateOf(source, 'b')).toBe('kid_unknown')
    expect(stateOf(source, 'c')).toBe('pending')
    source.close()
  })

  it('joins a refresh that is under way instead of starting another', async () => {
    const { world, source } = await started('a')
    let respond = (_response: Response): void => undefined
    world.answer = () => new Promise((resolve) => (respond = resolve))
    world.advance(600_000)
    const answer = request(source, 'b')
    respond(jsonResponse({ keys: [jwk('a'), jwk('b')] }))
    expect(await answer).toBe('found')
    expect(world.fetched).toHaveLength(2)
  })

  it('never fetches for a kid that no key can have, nor for a key that does not fit', async () => {
    const world = createFakeWorld()
    world.answer = () => Promise.resolve(jsonResponse({ keys: [jwk('a'), { ...jwk('e'), use: 'enc' }] }))
    const source = createKeySource(SETTINGS, ['ES256', 'RS256'], world.deps)
    await source.started
    for (const kid of ['', 'a\nb', '\u{202e}', 'k'.repeat(257)])
      expect(stateOf(source, kid)).toBe('kid_unknown')
    expect(stateOf(source, 'e')).toBe('unsuitable')
    expect(source.lookup('a', 'RS256', true).state).toBe('unsuitable')
    expect(world.fetched).toHaveLength(1)
  })

  it('keeps its cooldown when the clock is set back, and frees it when it is set far back', async () => {
    const { world, source } = await started('a')
    await request(source, 'b')
    world.advance(-10_000)
    await request(source, 'c')
    expect(world.fetched).toHaveLength(2)
    world.advance(-3_600_000)
    await request(source, 'd')
    expect(world.fetched).toHaveLength(3)
  })
})

describe('unknown kids for a long time', () => {
  it('cause twenty fetches at the pace of the cooldown, and then one in two cooldowns', async () => {
    const { world, source } = await started('a')
    // Refreshes would count too.
    let caused = 0
    for (let round = 0; round < 60; round += 1) {
      const before = world.fetched.length
      await request(source, `attack-${round}`)
      caused += world.fetched.length - before
      world.advance(30_000)
      await settle()
      expect(stateOf(source, 'a')).toBe('found')
    }
    // The bucket grows back by half a right in each round: 20 + 60 / 2 at most.
    expect(caused).toBeWithin(40, 51)
    source.close()
  })

  it('cause no fetch while the issuer asks to be left alone', async () => {
    const { world, source } = await started('a')
    world.answer = () => Promise.resolve(new Response('', { status: 429, headers: { 'retry-after': '300' } }))
    expect(await request(source, 'b')).toBe('kid_unknown')
    world.advance(299_000)
    publish(world, 'a', 'c')
    expect(stateOf(source, 'c')).toBe('kid_unknown')
    expect(world.fetched).toHaveLength(2)
    world.advance(1_000)
    await settle()
    expect(stateOf(source, 'c')).toBe('found')
    source.close()
  })

  it('cause none at all if no key has a kid', async () => {
    const world = createFakeWorld()
    world.answer = () => Promise.resolve(jsonResponse({ keys: [{ ...jwk('a'), kid: undefined }] }))
    const source = createKeySource(SETTINGS, ['ES256'], world.deps)
    await source.started
    for (let index = 0; index < 1_000; index += 1) expect(stateOf(source, `x${index}`)).toBe('found')
    expect(stateOf(source, undefined)).toBe('found')
    expect(world.fetched).toHaveLength(1)
    source.close()
  })

  it('cause none when the token names none', async () => {
    const { world, source } = await started('a')
    for (let count = 0; count < 1_000; count += 1) expect(stateOf(source, undefined)).toBe('found')
    expect(world.fetched).toHaveLength(1)
    source.close()
  })
})
