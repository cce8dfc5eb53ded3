import { describe, expect, it } from 'bun:test'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import type { KeySource } from '../../../src/keys/key-source.ts'
import { createFakeWorld, jsonResponse, OWN_SNAPSHOT, settle, START_MS, until } from '../fake-world.ts'
import type { FakeWorld } from '../fake-world.ts'
import { ask, jwk, keyOf, never, publish, request, SETTINGS, stateOf } from '../refresh/remote-harness.ts'

const FILE = '/var/lib/warder/main.keys.json'
const ISSUER = 'https://idp.example/realms/main'
const KEPT = { ...SETTINGS, startup: 'snapshot', snapshot: { file: FILE, issuer: ISSUER } } as const
const down = () => Promise.reject(new TypeError('down'))

/** A run that has loaded the keys of these kids, and has ended. */
async function afterRun(...kids: readonly string[]): Promise<FakeWorld> {
  const world = createFakeWorld()
  publish(world, ...kids)
  const source = createKeySource(KEPT, ['ES256'], world.deps)
  await source.started
  await settle()
  source.close()
  world.events.length = 0
  world.answer = down
  return world
}

const start = (world: FakeWorld, more: object = {}, algorithms = ['ES256'] as const): KeySource =>
  createKeySource({ ...KEPT, ...more }, algorithms, world.deps)

describe('a source with a snapshot', () => {
  it('serves at once after a restart while the issuer is down', async () => {
    const world = await afterRun('a', 'b')
    world.advance(3_600_000)
    const source = start(world)
    expect([stateOf(source, 'a', false), stateOf(source, 'b', false)]).toEqual(['found', 'found'])
    expect(source.status()).toMatchObject({
      state: 'stale',
      loadedAtMs: START_MS,
      loading: { origin: 'snapshot' },
    })
    expect(world.events).toMatchObject([
      { type: 'snapshot_used', usable: 2, loadedAtMs: START_MS, file: FILE },
    ])
    await source.started
    expect([stateOf(source, 'a'), source.status().loading?.failures]).toEqual(['found', 1])
    source.close()
  })

  it('has its keys confirmed or replaced by the first load', async () => {
    const world = await afterRun('a', 'gone')
    const source = start(world)
    await source.started
    const [a, gone] = [keyOf(source, 'a'), keyOf(source, 'gone')]
    publish(world, 'a', 'b')
    world.advance(750)
    await until(() => source.status().state === 'fresh')
    expect(source.status().loading?.origin).toBe('network')
    expect([source.trusts(a), source.trusts(gone), stateOf(source, 'b')]).toEqual([true, false, 'found'])
    expect(world.events.at(-1)).toMatchObject({ type: 'keys_changed', added: ['b'], removed: ['gone'] })
    source.close()
  })

  it('lets an unknown kid wait for the first load', async () => {
    const world = await afterRun('a')
    publish(world, 'a', 'b')
    const source = start(world)
    expect(stateOf(source, 'a')).toBe('found')
    expect(await request(source, 'b')).toBe('found')
    source.close()
  })

  it('is as old as the load that it was made by', async () => {
    const world = await afterRun('a')
    world.advance(80_000_000)
    const source = start(world)
    await source.started
    expect(stateOf(source, 'a')).toBe('found')
    world.advance(6_400_001)
    expect(ask(source, 'a')).toMatchObject({ state: 'unavailable' })
    source.close()
  })

  it('is made again by an answer that nothing has changed', async () => {
    const world = createFakeWorld()
    const fields = { etag: '"1"' }
    world.answer = (_url, init) =>
      Promise.resolve(
        (init.headers as Record<string, string>)['if-none-match'] === '"1"'
          ? new Response(null, { status: 304, headers: fields })
          : jsonResponse({ keys: [jwk('a')] }, { headers: fields }),
      )
    const first = start(world)
    await first.started
    world.advance(600_000)
    await until(() => first.status().loadedAtMs === START_MS + 600_000)
    await settle()
    first.close()
    const second = start(world)
    expect(second.status()).toMatchObject({ loadedAtMs: START_MS + 600_000 })
    second.close()
  })

  it('remembers when a key was first seen', async () => {
    const world = await afterRun('a')
    publish(world, 'a', 'b')
    world.advance(60_000)
    const source = start(world)
    await source.started
    const firstSeen = source.status().history.map(({ kid, firstSeenMs }) => [kid, firstSeenMs - START_MS])
    expect(firstSeen).toEqual([
      ['a', 0],
      ['b', 60_000],
    ])
    source.close()
  })

  it('never holds the URL, which may hold a token', async () => {
    const world = createFakeWorld()
    publish(world, 'a')
    const source = start(world, { url: 'https://idp.example/jwks?token=CANARY' })
    await source.started
    await settle()
    expect(textOf(world)).not.toContain('CANARY')
    expect(JSON.stringify(world.events)).not.toContain('CANARY')
    source.close()
  })

  it('reports when it cannot be written, and goes on', async () => {
    const world = createFakeWorld()
    publish(world, 'a')
    const write = () => Promise.reject(Object.assign(new Error('CANARY'), { code: 'ENOSPC' }))
    const snapshots = { read: () => undefined, write }
    const source = createKeySource(KEPT, ['ES256'], { ...world.deps, snapshots })
    await source.started
    await settle()
    expect(world.events.at(-1)).toMatchObject({ type: 'snapshot_failed', file: FILE })
    expect(JSON.stringify(world.events)).not.toContain('CANARY')
    expect(stateOf(source, 'a')).toBe('found')
    source.close()
  })

  it('is not written by a process that may only read', async () => {
    const world = await afterRun('a')
    publish(world, 'b')
    const read = (path: string) => world.snapshots.get(path)
    const source = createKeySource(KEPT, ['ES256'], { ...world.deps, snapshots: { read } })
    await source.started
    expect(textOf(world)).not.toContain('\\"kid\\":\\"b\\"')
    source.close()
  })

  it('is not made without the setting', async () => {
    const world = createFakeWorld()
    publish(world, 'a')
    const source = createKeySource(SETTINGS, ['ES256'], world.deps)
    await source.started
    await settle()
    expect(world.snapshots.size).toBe(0)
    source.close()
  })
})

const textOf = (world: FakeWorld): string => Buffer.from(world.snapshots.get(FILE)?.bytes ?? []).toString()

describe('a snapshot that is not used', () => {
  const change =
    (from: string | RegExp, to: string) =>
    (world: FakeWorld): void =>
      void world.snapshots.set(FILE, {
        bytes: Buffer.from(textOf(world).replace(from, to)),
        ...OWN_SNAPSHOT,
      })
  const own =
    (more: object) =>
    (world: FakeWorld): void =>
      void world.snapshots.set(FILE, { bytes: Buffer.from(textOf(world)), ...OWN_SNAPSHOT, ...more })
  const nothing = (): void => undefined
  const table: readonly (readonly [string, (world: FakeWorld) => void, object?])[] = [
    ['of another issuer', nothing, { snapshot: { file: FILE, issuer: `${ISSUER}2` } }],
    ['of another URL', nothing, { url: 'https://idp.example/other' }],
    ['of another kind of source', nothing, { kind: 'discovery', issuer: 'https://idp.example/jwks' }],
    ['older than max_stale', (world) => world.advance(86_400_001)],
    ['from far in the future', (world) => world.advance(-86_400_001)],
    ['that others in the group may write', own({ mode: 0o620 })],
    ['that everybody may write', own({ mode: 0o602 })],
    ['of another user', own({ isOwn: false })],
    ['in a directory that the group may write to', own({ directory: { mode: 0o770, isOwn: true } })],
    ['in a directory that everybody may write to', own({ directory: { mode: 0o707, isOwn: true } })],
    ['in a directory of another user', own({ directory: { mode: 0o700, isOwn: false } })],
    ['of another version', change('"version":1', '"version":2')],
    ['of another format', change('warder-keys', 'warder-other')],
    ['with another time', change(/"loaded_at":\d+/, `"loaded_at":${START_MS + 1}`)],
    ['with another issuer written into it', change('realms/main', 'realms/evil')],
    ['with one character changed', change('P-256', 'P-25б')],
    ['without its digest', change(/,"sha256":"[^"]*"/, '')],
    ['cut off', (world) => own({ bytes: Buffer.from(textOf(world).slice(0, -20)) })(world)],
    ['that is empty', own({ bytes: new Uint8Array() })],
    ['that is not JSON', own({ bytes: Buffer.from('hello') })],
    ['that is only a JWK set', own({ bytes: Buffer.from(JSON.stringify({ keys: [jwk('a')] })) })],
    ['without a key that is pinned today', nothing, { pin: ['x'.repeat(43)] }],
  ]
  for (const [what, damage, settings = {}] of table) {
    it(`is one ${what}`, async () => {
      const world = await afterRun('a')
      damage(world)
      world.answer = never
      const source = start(world, settings)
      expect(world.events).toMatchObject([{ type: 'snapshot_ignored', file: FILE }])
      expect([stateOf(source, 'a', false), source.status().state]).toEqual(['unavailable', 'empty'])
      source.close()
    })
  }

  it('is one whose keys fit no algorithm of today', async () => {
    const world = await afterRun('a')
    const source = createKeySource(KEPT, ['RS256'], world.deps)
    expect(world.events).toMatchObject([{ type: 'snapshot_ignored' }])
    source.close()
  })

  it('is one that cannot be read', async () => {
    const world = createFakeWorld()
    const read = (): never => {
      throw Object.assign(new Error('CANARY'), { code: 'EACCES' })
    }
    const source = createKeySource(KEPT, ['ES256'], { ...world.deps, snapshots: { read } })
    expect(world.events).toMatchObject([{ type: 'snapshot_ignored', why: expect.stringContaining('EACCES') }])
    source.close()
  })
})

describe('a start', () => {
  const opensWith = async (startup: 'wait' | 'serve', act: (world: FakeWorld) => void): Promise<boolean> => {
    const world = createFakeWorld()
    const source = createKeySource({ ...SETTINGS, startup }, ['ES256'], world.deps)
    let isOpen = false
    void source.ready.then(() => (isOpen = true))
    await source.started
    act(world)
    await settle()
    source.close()
    return isOpen
  }

  it('with `serve` opens at once', async () => expect(await opensWith('serve', () => undefined)).toBe(true))

  it('with `wait` does not open when the first load fails', async () => {
    expect(await opensWith('wait', () => undefined)).toBe(false)
  })

  it('with `wait` opens when a later load succeeds', async () => {
    const recover = (world: FakeWorld): void => {
      publish(world, 'a')
      world.advance(750)
    }
    expect(await opensWith('wait', recover)).toBe(true)
  })

  it('with `wait` opens after half a minute in any case', async () => {
    expect(await opensWith('wait', (world) => world.advance(30_000))).toBe(true)
    expect(await opensWith('wait', (world) => world.advance(29_999))).toBe(false)
  })
})
