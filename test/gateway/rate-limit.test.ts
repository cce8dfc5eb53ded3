import { afterEach, describe, expect, it } from 'bun:test'
import { compileTrusted } from '../../src/gateway/client-address.ts'
import { clientOf, createRateLimiter } from '../../src/gateway/rate-limit.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { ask } from '../support/live/raw-client.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

describe('a rate limit', () => {
  it('lets as many requests of a client through as it says, and then says when to come back', () => {
    const limiter = createRateLimiter({ requests: 2, perMs: 10_000 })
    expect([0, 1, 2].map((ms) => limiter.take('a', ms))).toEqual([0, 0, 10])
    expect(limiter.take('b', 3)).toBe(0)
  })

  it('slides: of the window before, the part that is still in view counts', () => {
    const limiter = createRateLimiter({ requests: 10, perMs: 10_000 })
    for (let i = 0; i < 10; i++) expect(limiter.take('a', 9_000)).toBe(0)
    const allowed = Array.from({ length: 10 }, () => limiter.take('a', 15_000)).filter((wait) => wait === 0)
    expect(allowed.length).toBe(5)
  })

  it('does not count what it refused', () => {
    const limiter = createRateLimiter({ requests: 1, perMs: 1_000 })
    for (let ms = 0; ms < 1_000; ms += 10) limiter.take('a', ms)
    expect(limiter.take('a', 2_000)).toBe(0)
  })

  const isTrusted = compileTrusted(['10.0.0.0/8'])
  const CLIENTS: readonly (readonly [string, string, string])[] = [
    ['the peer', '192.0.2.1', '192.0.2.1'],
    ['the last that no trusted proxy has', '6.6.6.6, 192.0.2.1, 10.0.0.1', '192.0.2.1'],
    ['the first, where all are trusted', '10.0.0.2, 10.0.0.1', '10.0.0.2'],
    ['a network of 64 bits', '2001:db8::1', '2001:db8:0:0'],
    ['the same network in another spelling', '2001:0DB8:0:0:ffff::2', '2001:db8:0:0'],
  ]
  for (const [what, forwardedFor, client] of CLIENTS)
    it(`counts for ${what}`, () => expect(clientOf(forwardedFor, isTrusted)).toBe(client))

  it('answers 429 before the upstream is asked, whatever the client says of its address', async () => {
    const app = await startRawUpstream(cleanup)
    const text = { upstream: 'rate_limit: { requests: 2, per: 1h }' }
    const gateway = await runGateway(gatewayConfig([app.url], text), cleanup)
    const statuses: number[] = []
    for (const from of ['1.1.1.1', '2.2.2.2', '3.3.3.3']) {
      const answer = await ask(gateway.port, { target: '/public/x', headers: [['X-Forwarded-For', from]] })
      statuses.push(answer.status)
      if (answer.status === 429) expect(answer.values('retry-after').length).toBe(1)
    }
    expect(statuses).toEqual([200, 200, 429])
    expect(app.received.length).toBe(2)
  })
})
