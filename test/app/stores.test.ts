import { afterEach, describe, expect, it } from 'bun:test'
import { startService } from '../../src/app/service.ts'
import { createStores } from '../../src/app/system.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { ask } from '../support/live/raw-client.ts'
import { gatewayConfig, startRawUpstream } from '../support/run-gateway.ts'
import { loadOrThrow, memoryLogger } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

describe('the stores of the process', () => {
  it('are asked under every configuration, and outlive the listeners', async () => {
    const app = await startRawUpstream(cleanup)
    const config = gatewayConfig([app.url], { upstream: 'rate_limit: { requests: 3, per: 1h }' })
    const stores = createStores()
    const counted: number[] = []
    const watched = {
      rates: {
        ...stores.rates,
        count(...asked: Parameters<typeof stores.rates.count>) {
          counted.push(asked[0].requests)
          return stores.rates.count(...asked)
        },
      },
    }
    const start = async () => {
      const service = await startService(await loadOrThrow(config), memoryLogger().logger, watched)
      cleanup.add(() => service.stop(0))
      const port = Number(service.addresses.at(-1)?.split(':').at(-1))
      return { service, status: async () => (await ask(port, { target: '/public/' })).status }
    }
    const first = await start()
    expect(await first.status()).toBe(200)
    first.service.swap(await loadOrThrow(config.replace('requests: 3', 'requests: 2')))
    expect(await first.status()).toBe(200)
    expect(await first.status()).toBe(429)
    await first.service.stop(0)
    const second = await start()
    expect([await second.status(), await second.status()]).toEqual([200, 429])
    expect(counted).toEqual([3, 2, 2, 3, 3])
  })
})
