import { describe, expect, it } from 'bun:test'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import type { KeySettings } from '../../../src/settings/keys/key-source.ts'
import { createFakeWorld, jsonResponse, settle, until } from '../fake-world.ts'
import type { FakeWorld } from '../fake-world.ts'
import { jwk, keyOf, publish, REMOTE, request, SETTINGS, started, stateOf } from './remote-harness.ts'

describe('a remote key source whose issuer fails', () => {
  const text =
    (body: string, init: ResponseInit = {}) =>
    () =>
      Promise.resolve(new Response(body, init))
  const json = (value: unknown) => () => Promise.resolve(jsonResponse(value))
  const silentBody = () => new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) })
  const failures: readonly (readonly [string, () => Promise<Response>])[] = [
    ['refused connections', () => Promise.reject(Object.assign(new Error(''), { code: 'ECONNREFUSED' }))],
    ['a fetch that throws nothing', () => Promise.reject(undefined)],
    ['500', text('oops', { status: 500 })],
    ['a redirect', text('', { status: 302, headers: { location: 'https://evil.example/' } })],
    ['HTML with status 200', text('<html>maintenance</html>')],
    ['an oversized answer', text(' '.repeat(100_001))],
    ['a body past the deadline', () => Promise.resolve(new Response(silentBody()))],
    ['truncated JSON', text(JSON.stringify({ keys: [jwk('b')] }).slice(0, -3))],
    ['an empty set', json({ keys: [] })],
    ['an empty object', json({})],
    [
      'only unusable keys',
      json({
        keys: [
          { kty: 'oct', k: 'AA' },
          { ...jwk('a'), use: 'enc' },
        ],
      }),
    ],
  ]
  for (const [what, answer] of failures) {
    it(`keeps the last good keys through ${what}, tries again soon, and recovers`, async () => {
      const { world, source } = await started('a')
      const key = keyOf(source, 'a')
      world.answer = answer
      world.advance(600_000)
      await settle()
      // Only the body that never ends needs its deadline.
      if (source.status().lastError === undefined) world.advance(5_000)
      await until(() => source.status().state === 'stale')
      expect(source.status().lastError).toBeString()
      expect(source.trusts(key)).toBe(true)
      expect(keyOf(source, 'a')).toBe(key)
      expect(world.events.at(-1)).toMatchObject({ type: 'refresh_failed', failures: 1, kept: 1 })
      expect(world.timers()).toEqual([750])

      publish(world, 'a', 'b')
      world.advance(750)
      await until(() => source.status().state === 'fresh')
      expect(source.trusts(key)).toBe(true)
      expect(stateOf(source, 'b')).toBe('found')
      expect(world.timers()).toEqual([600_000])
    })

    it(`has no keys, and reports why, when ${what} is all there ever was`, async () => {
      const world = createFakeWorld()
      world.answer = answer
      const source = createKeySource(SETTINGS, ['ES256'], world.deps)
      await settle()
      world.advance(5_000)
      await source.started
      expect(stateOf(source, 'a', false)).toBe('unavailable')
      expect(source.status().state).toBe('empty')
      expect(source.status().lastError).toBeString()
      source.close()
    })
  }

  it('never retries later than the next refresh would be', async () => {
    const world = createFakeWorld()
    const source = createKeySource({ ...SETTINGS, refreshMs: 500 }, ['ES256'], world.deps)
    await source.started
    expect(world.timers()).toEqual([500])
    source.close()
  })
})

describe('a discovery source', () => {
  const ISSUER = 'https://idp.example'
  const discovery: KeySettings = { kind: 'discovery', issuer: ISSUER, ...REMOTE }
  const serve = (world: FakeWorld, issuer: string, jwksUri: string, ...kids: readonly string[]): void => {
    world.answer = (url) => {
      if (url.includes('/.well-known/')) return Promise.resolve(jsonResponse({ issuer, jwks_uri: jwksUri }))
      if (url !== jwksUri) return Promise.resolve(new Response('', { status: 404 }))
      return Promise.resolve(jsonResponse({ keys: kids.map((kid) => jwk(kid)) }))
    }
  }

  it('loads the keys that the metadata names, from another host too', async () => {
    const world = createFakeWorld()
    serve(world, ISSUER, 'https://keys.example/1', 'a')
    const source = createKeySource(discovery, ['ES256'], world.deps)
    expect(await request(source, 'a')).toBe('found')
    expect(world.fetched).toEqual([`${ISSUER}/.well-known/openid-configuration`, 'https://keys.example/1'])
  })

  it('follows a key set that moved', async () => {
    const world = createFakeWorld()
    serve(world, ISSUER, 'https://keys.example/1', 'a')
    const source = createKeySource(discovery, ['ES256'], world.deps)
    await source.started
    serve(world, ISSUER, 'https://keys.example/2', 'b')
    expect(await request(source, 'b')).toBe('found')
  })

  it('keeps the last good keys when the metadata begins to name another issuer', async () => {
    const world = createFakeWorld()
    serve(world, ISSUER, 'https://keys.example/1', 'a')
    const source = createKeySource(discovery, ['ES256'], world.deps)
    await source.started
    serve(world, 'https://evil.example', 'https://evil.example/keys', 'evil')
    expect(await request(source, 'evil')).toBe('kid_unknown')
    expect(source.status().state).toBe('stale')
    expect(stateOf(source, 'a')).toBe('found')
    expect(world.fetched).not.toContain('https://evil.example/keys')
  })
})
