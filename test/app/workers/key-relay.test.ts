import { describe, expect, it } from 'bun:test'
import { createKeyRelay } from '../../../src/app/workers/key-relay.ts'
import { compileIssuer } from '../../../src/jwt/issuer.ts'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import type { KeySource } from '../../../src/keys/key-source.ts'
import { createFakeWorld, jsonResponse } from '../../keys/fake-world.ts'
import { jwk, SETTINGS } from '../../keys/refresh/remote-harness.ts'
import { loadOrThrow } from '../../support/run-service.ts'

/** A remote source of one issuer, in a world of the test. */
async function start() {
  const { config, close } = await loadOrThrow(`version: 1
issuers: [{ name: main, issuer: "https://idp.example.com", audience: api, keys: { secret: "${'s'.repeat(32)}" } }]
listen: { decisions: 127.0.0.1:0, admin: off }
`)
  close()
  const [settings] = config.settings.issuers
  if (settings === undefined) throw new Error('no issuer')
  const world = createFakeWorld()
  world.answer = () => Promise.resolve(jsonResponse({ keys: [jwk('a')] }))
  const source: KeySource = createKeySource(SETTINGS, ['ES256', 'RS256'], world.deps)
  await source.started
  const relay = createKeyRelay()
  const issuers = [compileIssuer(settings, source)]
  return { world, source, relay, issuers }
}

describe('the keys that a supervisor sends', () => {
  it('are the whole set at first, and then only what has changed', async () => {
    const { world, relay, issuers, source } = await start()
    expect(relay.idsOf(issuers)).toEqual([[1]])
    expect(relay.keysOf(issuers)).toMatchObject([{ source: 1, shared: { keySet: { keys: [{ kid: 'a' }] } } }])
    relay.changes()
    expect(relay.changes()).toEqual([])
    world.answer = () => Promise.resolve(jsonResponse({ keys: [jwk('a'), jwk('b')] }))
    const answer = source.lookup('b', 'ES256', true)
    if (answer.state !== 'pending') throw new Error(answer.state)
    await answer.settled
    expect(relay.changes()).toMatchObject([
      { source: 1, shared: { keySet: { keys: [{ kid: 'a' }, { kid: 'b' }] } } },
    ])
    source.close()
  })

  it('are asked for once, and a load is waited for', async () => {
    const { world, relay, issuers, source } = await start()
    relay.idsOf(issuers)
    const before = world.fetched.length
    world.answer = () => Promise.resolve(jsonResponse({ keys: [jwk('b')] }))
    expect(await Promise.all([relay.lookUp(1, 'b', 'ES256'), relay.lookUp(1, 'b', 'ES256')])).toEqual([
      true,
      true,
    ])
    expect(world.fetched.length).toBe(before + 1)
    expect(await relay.lookUp(1, 'c', 'ES256')).toBe(false)
    expect(await relay.lookUp(7, 'c', 'ES256')).toBe(false)
    source.close()
  })

  it('note their use in a worker', async () => {
    const { relay, issuers, source } = await start()
    relay.idsOf(issuers)
    const [key] = source.status().keys
    relay.noteUse(1, key?.thumbprint ?? '')
    expect(source.status().history[0]?.lastUsedMs).toBeDefined()
    source.close()
  })

  it('are forgotten with their source', async () => {
    const { relay, issuers, source } = await start()
    relay.idsOf(issuers)
    relay.keep([])
    expect(relay.changes()).toEqual([])
    expect(await relay.lookUp(1, 'b', 'ES256')).toBe(false)
    source.close()
  })
})
