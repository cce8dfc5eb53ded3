import { describe, expect, it } from 'bun:test'
import { createKeySource } from '../../../src/keys/sources/create-key-source.ts'
import { createFakeWorld, settle } from '../fake-world.ts'
import { never, publish, SETTINGS, started, stateOf } from './remote-harness.ts'

describe('a load that somebody requests', () => {
  it('brings the keys of this moment', async () => {
    const { world, source } = await started('a')
    publish(world, 'b')
    expect(await source.refresh?.()).toBe('loaded')
    expect([stateOf(source, 'b'), source.status().keys.length]).toEqual(['found', 1])
    source.close()
  })

  it('happens at most once in ten seconds, however often it is requested', async () => {
    const { world, source } = await started('a')
    const before = world.fetched.length
    const all = await Promise.all(Array.from({ length: 50 }, async () => source.refresh?.()))
    expect(new Set(all)).toEqual(new Set(['loaded']))
    expect(await source.refresh?.()).toBe('too_soon')
    world.advance(9_999)
    expect(await source.refresh?.()).toBe('too_soon')
    world.advance(1)
    expect(await source.refresh?.()).toBe('loaded')
    expect(world.fetched.length).toBe(before + 2)
    source.close()
  })

  it('joins the load under way', async () => {
    const world = createFakeWorld()
    publish(world, 'a')
    const source = createKeySource(SETTINGS, ['ES256'], world.deps)
    expect(await source.refresh?.()).toBe('loaded')
    expect(world.fetched).toHaveLength(1)
    source.close()
  })

  it('reports a failure, and keeps the keys', async () => {
    const { world, source } = await started('a')
    world.answer = () => Promise.reject(new Error('down'))
    expect(await source.refresh?.()).toBe('failed')
    expect(stateOf(source, 'a')).toBe('found')
    source.close()
  })

  it('waits while the provider has asked for a pause', async () => {
    const { world, source } = await started('a')
    world.answer = async () => new Response('', { status: 429, headers: { 'retry-after': '60' } })
    expect(await source.refresh?.()).toBe('failed')
    world.advance(20_000)
    expect(await source.refresh?.()).toBe('too_soon')
    source.close()
  })

  it('ends with the source', async () => {
    const { world, source } = await started('a')
    world.answer = never
    const refreshed = source.refresh?.()
    await settle()
    source.close()
    expect(await refreshed).toBe('failed')
    expect(await source.refresh?.()).toBe('too_soon')
  })
})
