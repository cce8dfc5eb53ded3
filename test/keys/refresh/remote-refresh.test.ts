import { describe, expect, it } from 'bun:test'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import type { KeySource } from '../../../src/keys/key-source.ts'
import { createFakeWorld, jsonResponse, settle, until } from '../fake-world.ts'
import type { FakeWorld } from '../fake-world.ts'
import { jwk, keyOf, REMOTE, request, SETTINGS, stateOf } from './remote-harness.ts'

type Fields = Readonly<Record<string, string>>

/** The last header fields that were sent. */
interface Sent {
  fields: Fields
}

/** Answers with the keys, these fields, and 304 to what names the ETag or the date among them. */
function publish(world: FakeWorld, fields: Fields, ...kids: readonly string[]): Sent {
  const sent: Sent = { fields: {} }
  world.answer = (_url, init) => {
    sent.fields = init.headers as Fields
    const isKnown =
      (fields['etag'] !== undefined && sent.fields['if-none-match'] === fields['etag']) ||
      (fields['last-modified'] !== undefined && sent.fields['if-modified-since'] === fields['last-modified'])
    const keys = kids.map((kid) => jwk(kid))
    return Promise.resolve(
      isKnown
        ? new Response(null, { status: 304, headers: fields })
        : jsonResponse({ keys }, { headers: fields }),
    )
  }
  return sent
}

async function started(fields: Fields, more: object = {}) {
  const world = createFakeWorld()
  const sent = publish(world, fields, 'a')
  const source = createKeySource({ ...SETTINGS, ...more }, ['ES256'], world.deps)
  await source.started
  return { world, source, sent }
}

/** Lets the next refresh happen. */
async function refresh(world: FakeWorld, source: KeySource): Promise<void> {
  const { nextLoadAtMs } = source.status().loading ?? {}
  world.advance(world.timers()[0] ?? 0)
  await until(() => source.status().loading?.nextLoadAtMs !== nextLoadAtMs)
}

describe('the time to the next refresh', () => {
  const table: readonly (readonly [string, Fields, number])[] = [
    ['an answer that says nothing', {}, 600],
    ['max-age', { 'cache-control': 'max-age=900' }, 900],
    ['max-age less Age', { 'cache-control': 'max-age=900', age: '300' }, 600],
    ['a max-age below the least', { 'cache-control': 'max-age=5' }, 60],
    ['no-cache', { 'cache-control': 'no-cache' }, 60],
    ['no-store', { 'cache-control': 'no-store, max-age=900' }, 60],
    ['a max-age above the most', { 'cache-control': 'max-age=31536000' }, 3_600],
    ['Expires', { expires: 'Fri, 15 Jan 2027 08:20:00 GMT' }, 1_200],
    ['Expires of the past', { expires: 'Fri, 15 Jan 2027 07:00:00 GMT' }, 60],
  ]
  for (const [what, fields, seconds] of table) {
    it(`follows ${what}`, async () => {
      const { world, source } = await started(fields)
      expect(world.timers()).toEqual([seconds * 1_000])
      source.close()
    })
  }

  it('is spread by a tenth either way', async () => {
    const world = createFakeWorld()
    publish(world, { 'cache-control': 'max-age=1000' }, 'a')
    const source = createKeySource(SETTINGS, ['ES256'], { ...world.deps, random: () => 0 })
    await source.started
    expect(world.timers()).toEqual([900_000])
    source.close()
  })

  it('leaves time for a second try before the keys are too old', async () => {
    const { world, source } = await started({ 'cache-control': 'max-age=3600' }, { maxStaleMs: 600_000 })
    expect(world.timers()).toEqual([300_000])
    source.close()
  })
})

describe('a refresh of what has not changed', () => {
  const lastModified = 'Fri, 15 Jan 2027 07:00:00 GMT'
  for (const [fields, condition] of [
    [{ etag: 'W/"1"' }, { 'if-none-match': 'W/"1"' }],
    [{ 'last-modified': lastModified }, { 'if-modified-since': lastModified }],
  ] as const) {
    it(`asks with ${Object.keys(condition).join()}, and takes 304 for a success`, async () => {
      const { world, source, sent } = await started(fields)
      expect(sent.fields).not.toContainKeys(Object.keys(condition))
      const key = keyOf(source, 'a')
      await refresh(world, source)
      expect(sent.fields).toMatchObject(condition)
      expect(source.status()).toMatchObject({ state: 'fresh', loadedAtMs: world.deps.nowMs() })
      expect([keyOf(source, 'a') === key, source.trusts(key)]).toEqual([true, true])
      expect(world.events.filter(({ type }) => type === 'keys_changed')).toHaveLength(1)
      source.close()
    })
  }

  it('keeps the lifetime that the 304 does not repeat', async () => {
    const { world, source } = await started({ etag: '"1"', 'cache-control': 'max-age=900' })
    world.answer = () => Promise.resolve(new Response(null, { status: 304 }))
    await refresh(world, source)
    expect(world.timers()).toEqual([900_000])
    source.close()
  })

  it('ends an outage', async () => {
    const { world, source } = await started({ etag: '"1"' })
    world.answer = () => Promise.reject(new TypeError('down'))
    await refresh(world, source)
    expect(source.status().state).toBe('stale')
    publish(world, { etag: '"1"' }, 'a')
    await refresh(world, source)
    expect(source.status()).toMatchObject({ state: 'fresh', lastError: undefined })
    source.close()
  })

  it('takes the whole set when a kid is missing, whatever the ETag is', async () => {
    const { world, source } = await started({ etag: '"never changes"' })
    const sent = publish(world, { etag: '"never changes"' }, 'a', 'b')
    await refresh(world, source)
    expect(stateOf(source, 'b', false)).toBe('kid_unknown')
    expect(await request(source, 'b')).toBe('found')
    expect(sent.fields).not.toContainKey('if-none-match')
    source.close()
  })

  it('does not name an answer that was refused', async () => {
    const { world, source } = await started({})
    const sent = publish(world, { etag: '"empty"' })
    await refresh(world, source)
    expect(source.status().state).toBe('stale')
    await refresh(world, source)
    expect(sent.fields).not.toContainKey('if-none-match')
    expect(source.status().state).toBe('stale')
    source.close()
  })

  it('does not name an answer of another URL', async () => {
    const world = createFakeWorld()
    const issuer = 'https://idp.example'
    let jwksUri = `${issuer}/1`
    const asked: Fields[] = []
    world.answer = (url, init) => {
      if (url.includes('well-known')) return Promise.resolve(jsonResponse({ issuer, jwks_uri: jwksUri }))
      asked.push(init.headers as Fields)
      return Promise.resolve(jsonResponse({ keys: [jwk('a')] }, { headers: { etag: '"1"' } }))
    }
    const source = createKeySource({ ...REMOTE, kind: 'discovery', issuer }, ['ES256'], world.deps)
    await source.started
    await refresh(world, source)
    jwksUri = `${issuer}/2`
    await refresh(world, source)
    expect(asked.map((fields) => fields['if-none-match'])).toEqual([undefined, '"1"', undefined])
    source.close()
  })
})

describe('keys that could not be refreshed for max_stale', () => {
  const down = () => Promise.reject(new TypeError('down'))
  const HOUR = 3_600_000

  it('are not used any more, nor what they vouched for, until a load succeeds', async () => {
    const { world, source } = await started({})
    const key = keyOf(source, 'a')
    world.answer = down
    for (let hour = 0; hour < 23; hour += 1) {
      world.advance(HOUR)
      await settle()
      expect([stateOf(source, 'a'), source.trusts(key)]).toEqual(['found', true])
    }
    world.advance(HOUR + 1)
    await settle()
    expect(source.trusts(key)).toBe(false)
    expect(source.status().state).toBe('expired')
    for (const kid of ['a', 'b', undefined]) {
      const answer = source.lookup(kid, 'ES256', true)
      expect(answer.state).toBe('unavailable')
      expect(answer.state === 'unavailable' && answer.retryAfterSeconds).toBeWithin(1, 61)
    }
    publish(world, {}, 'a')
    await refresh(world, source)
    expect([stateOf(source, 'a'), source.trusts(key)]).toEqual(['found', true])
    source.close()
  })

  it('are loaded at once when a machine wakes up after a day, and by one fetch', async () => {
    const { world, source } = await started({})
    // The clock has gone on; the timers have not.
    const sleepMs = 25 * HOUR
    let slept = 0
    const now = world.deps.nowMs
    const awake = createKeySource(SETTINGS, ['ES256'], { ...world.deps, nowMs: () => now() + slept })
    await awake.started
    slept = sleepMs
    const before = world.fetched.length
    for (let count = 0; count < 100; count += 1) expect(stateOf(awake, 'a')).toBe('unavailable')
    await until(() => stateOf(awake, 'a') === 'found')
    expect(world.fetched).toHaveLength(before + 1)
    // And the same when a clock that was ahead is set right.
    slept = -sleepMs
    expect(stateOf(awake, 'a')).toBe('unavailable')
    await until(() => stateOf(awake, 'a') === 'found')
    expect(world.fetched).toHaveLength(before + 2)
    source.close()
    awake.close()
  })
})

describe('a refresh without ETag', () => {
  it('takes the same bytes for what is there already', async () => {
    const { world, source } = await started({})
    const key = keyOf(source, 'a')
    const before = source.status().loadedAtMs ?? 0
    await refresh(world, source)
    expect(source.status()).toMatchObject({ state: 'fresh', loadedAtMs: before + 600_000 })
    expect([keyOf(source, 'a') === key, source.trusts(key)]).toEqual([true, true])
    publish(world, {}, 'b')
    await refresh(world, source)
    publish(world, {}, 'a')
    await refresh(world, source)
    expect([stateOf(source, 'a', false), stateOf(source, 'b', false)]).toEqual(['found', 'kid_unknown'])
    expect(source.trusts(key)).toBe(false)
    source.close()
  })
})

describe('keys that must not be trusted', () => {
  it('are reported once, and again when others come', async () => {
    const world = createFakeWorld()
    const secret = { kty: 'oct', k: 'AAAA', kid: 'shared' }
    const told = (): readonly unknown[] =>
      world.events.flatMap((event) =>
        event.type === 'keys_refused' ? [event.refused.map(({ kid }) => kid)] : [],
      )
    let keys: readonly unknown[] = [jwk('a'), { ...jwk('enc'), use: 'enc' }]
    world.answer = () => Promise.resolve(jsonResponse({ keys }))
    const source = createKeySource(SETTINGS, ['ES256'], world.deps)
    await source.started
    expect(told()).toEqual([])
    keys = [...keys, secret]
    await refresh(world, source)
    keys = [jwk('b'), ...keys]
    await refresh(world, source)
    expect(told()).toEqual([['shared']])
    keys = [...keys, { ...jwk('c'), d: 'AAAA' }]
    await refresh(world, source)
    expect(told()).toEqual([['shared'], ['c']])
    source.close()
  })
})
