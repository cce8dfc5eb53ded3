import { afterAll, describe, expect, it } from 'bun:test'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import type { KeySettings, RemoteKeySettings } from '../../../src/settings/keys/key-source.ts'
import type { KeySource } from '../../../src/keys/key-source.ts'
import { createFakeWorld, START_MS } from '../fake-world.ts'
import type { FakeWorld } from '../fake-world.ts'
import { send, startFaultServer, whole } from './fault-server.ts'
import type { FaultServer } from './fault-server.ts'
import { FAULTS, ODDITIES } from './fault-table.ts'
import type { Fault } from './fault-table.ts'
import { ask, jwk, keyOf, REMOTE, request, stateOf } from '../refresh/remote-harness.ts'

// The clock stands still and the network is real: what ends a fetch is the server, or a turn of the clock.
const SETTINGS: RemoteKeySettings = { ...REMOTE, allowHttp: true, startup: 'serve' }
const REFRESH_MS = 600_000
const server = await startFaultServer()
afterAll(() => server.close())

const publish = (...kids: readonly string[]): void => {
  server.behaviour = send(whole('200 OK', JSON.stringify({ keys: kids.map((kid) => jwk(kid)) })))
}

/** Waits for a state that the network brings about; the runner's timeout is the end of it. */
async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise((resolve) => setImmediate(resolve))
}

function open(): { readonly world: FakeWorld; readonly source: KeySource } {
  const world = createFakeWorld()
  const deps = { ...world.deps, fetch: (url: string, init: RequestInit) => fetch(url, init) }
  const settings: KeySettings = { kind: 'jwks_url', url: server.url, ...SETTINGS }
  return { world, source: createKeySource(settings, ['ES256'], deps) }
}

async function bringOn({ behaviour }: Fault): Promise<void> {
  if (behaviour === 'closed') await server.close()
  else server.behaviour = behaviour
}

async function heal({ behaviour }: Fault, ...kids: readonly string[]): Promise<void> {
  if (behaviour === 'closed') await server.reopen()
  publish(...kids)
}

/** Lets a fetch that has begun fail: at once, or at its deadline. */
async function failed(
  fault: Fault,
  { world, source }: ReturnType<typeof open>,
  failures: number,
): Promise<void> {
  if (fault.stalls === true) {
    const heads = server.heads.length
    await until(() => server.heads.length > heads || source.status().loading?.failures === failures)
    world.advance(SETTINGS.timeoutMs)
  }
  await until(() => source.status().loading?.failures === failures)
}

/** Connections that were made since; a refused one is not seen. */
const countFrom = (faults: FaultServer): (() => number) => {
  const before = faults.connections()
  return () => faults.connections() - before
}

describe('the fault table', () => {
  it('has at least 45 faults, each once', () => {
    expect(FAULTS.length).toBeGreaterThanOrEqual(45)
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length)
  })
})

for (const fault of FAULTS) {
  const perFetch = fault.behaviour === 'closed' ? 0 : 1

  describe(`an issuer that answers with ${fault.name}`, () => {
    it('costs nothing but a try: known keys verify, unknown kids do not, and it recovers', async () => {
      publish('a')
      const opened = open()
      const { world, source } = opened
      await source.started
      const key = keyOf(source, 'a')
      const connections = countFrom(server)
      const sent = server.bytesSent()

      await bringOn(fault)
      const refreshed = failed(fault, opened, 1)
      world.advance(REFRESH_MS)
      expect(stateOf(source, 'a')).toBe('found')
      await refreshed
      expect([connections(), source.status().state]).toEqual([perFetch, 'stale'])
      expect(source.status().loading).toMatchObject({ failures: 1, lastErrorAtMs: world.deps.nowMs() })
      expect(keyOf(source, 'a')).toBe(key)
      expect(source.trusts(key)).toBe(true)
      expect(world.timers()).toEqual([fault.retryMs ?? 750])
      if (fault.maxSent !== undefined) expect(server.bytesSent() - sent).toBeLessThan(fault.maxSent)

      // Unknown kids: one more try for all of them, none for those after.
      const second = fault.isQuiet === true ? Promise.resolve() : failed(fault, opened, 2)
      const answers = Promise.all(['evil', 'b', 'c'].map((kid) => request(source, kid)))
      await second
      expect(await answers).toEqual(['kid_unknown', 'kid_unknown', 'kid_unknown'])
      expect(await request(source, 'd')).toBe('kid_unknown')
      expect(connections()).toBe(fault.isQuiet === true ? perFetch : 2 * perFetch)
      expect([stateOf(source, 'a'), source.trusts(key)]).toEqual(['found', true])

      await heal(fault, 'a', 'b')
      world.advance(world.timers()[0] ?? 0)
      await until(() => source.status().state === 'fresh')
      expect([stateOf(source, 'b'), source.trusts(key)]).toEqual(['found', true])
      expect(world.timers()).toEqual([REFRESH_MS])
      source.close()
    })

    it('is a 503 and no verdict when it is the first answer, and recovers', async () => {
      await bringOn(fault)
      const connections = countFrom(server)
      const opened = open()
      const { world, source } = opened
      expect(stateOf(source, 'a', false)).toBe('unavailable')
      await failed(fault, opened, 1)
      await source.started
      for (const kid of ['a', 'evil', undefined]) {
        expect(ask(source, kid)).toMatchObject({ state: 'unavailable' })
      }
      expect([connections(), source.status().state]).toEqual([perFetch, 'empty'])
      expect(source.status().lastError).toBeString()

      await heal(fault, 'a')
      world.advance(world.timers()[0] ?? 0)
      await until(() => source.status().state === 'fresh')
      expect([stateOf(source, 'a'), stateOf(source, 'evil', false)]).toEqual(['found', 'kid_unknown'])
      source.close()
    })
  })
}

describe('an issuer whose answer is odd but good', () => {
  for (const [what, behaviour] of ODDITIES) {
    it(`is understood: ${what}`, async () => {
      server.behaviour = behaviour
      const { source } = open()
      await source.started
      expect([source.status().lastError, stateOf(source, 'a', false)]).toEqual([undefined, 'found'])
      source.close()
    })
  }
})

it('the clock of the table is the clock of the tests', () => {
  expect(new Date(START_MS).toISOString()).toBe('2027-01-15T08:00:00.000Z')
})
