import { describe, expect, it } from 'bun:test'
import { createAskingRateStore, type CountRequest } from '../../../src/gateway/limits/asking-rate-store.ts'
import { createMemoryRateStore } from '../../../src/gateway/limits/memory-rate-store.ts'
import { waitFor } from '../../support/live/loopback.ts'

const LIMIT = { id: 'route read 60000 address', requests: 2, perMs: 60_000 }

function start() {
  const sent: { readonly id: number; readonly requests: readonly CountRequest[] }[] = []
  const limits: unknown[] = []
  const store = createAskingRateStore({
    send: (id, requests) => sent.push({ id, requests }),
    sendLimits: (retained) => limits.push(retained),
    local: createMemoryRateStore(() => 0),
  })
  const nextMessage = (count: number) => waitFor(`message ${count}`, () => sent[count - 1])
  return { store, sent, limits, nextMessage }
}

describe('a store in another process', () => {
  it('is asked once for all requests of a turn, and each gets its answer', async () => {
    const { store, sent, nextMessage } = start()
    const counted = Promise.all([store.count(LIMIT, 'a'), store.count(LIMIT, 'b')] as Promise<number>[])
    const { id, requests } = await nextMessage(1)
    expect(requests).toEqual([
      [LIMIT.id, 2, 60_000, 'a'],
      [LIMIT.id, 2, 60_000, 'b'],
    ])
    store.answered(id, [0, 17])
    expect(await counted).toEqual([0, 17])
    expect(sent).toHaveLength(1)
  })

  it('is replaced by counts of this process while it does not answer, and asked again when it does', async () => {
    const { store, sent, nextMessage } = start()
    const waiting = store.count(LIMIT, 'a')
    const { id } = await nextMessage(1)
    // Within the limit, by the counts here.
    expect(await waiting).toBe(0)
    expect(store.count(LIMIT, 'a')).toBe(0)
    expect(store.count(LIMIT, 'a')).toBe(90)
    expect(sent).toHaveLength(1)
    store.answered(id, [0])
    const again = store.count(LIMIT, 'a')
    const second = await nextMessage(2)
    store.answered(second.id, [0])
    expect(await again).toBe(0)
  })

  it('learns the limits', () => {
    const { store, limits } = start()
    store.retain([LIMIT])
    expect(limits).toEqual([[LIMIT]])
  })

  it('denies a request without an answer of its own', async () => {
    const { store, nextMessage } = start()
    const waiting = store.count(LIMIT, 'a')
    store.answered((await nextMessage(1)).id, [])
    expect(await waiting).toBe(1)
  })
})
