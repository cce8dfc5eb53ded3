import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { freePort, isListening } from '../support/live/loopback.ts'
import { ask } from '../support/live/raw-client.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../support/run-gateway.ts'
import { loadOrThrow } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const PUBLIC = { target: '/public/', headers: [['X-Forwarded-For', '192.0.2.1']] as const }

/** @param listeners Options of each, at a port of its own. */
const withListeners = (config: string, ports: readonly number[], listeners: readonly string[]): string =>
  config.replace(
    /gateway: \{.*\}/,
    `gateway: [${listeners.map((options, i) => `{ address: "127.0.0.1:${ports[i]}"${options} }`).join(', ')}]`,
  )

describe('several listeners of a gateway', () => {
  it('have options of their own, which a new configuration changes', async () => {
    const app = await startRawUpstream(cleanup)
    const ports = [await freePort(), await freePort()]
    const config = gatewayConfig([app.url])
    const gateway = await runGateway(
      withListeners(config, ports, [', access_log: true', ', trusted_proxies: 127.0.0.1']),
      cleanup,
    )
    expect(gateway.service.addresses.slice(-2)).toEqual(ports.map((port) => `127.0.0.1:${port}`))
    const heard = async (): Promise<readonly unknown[]> => {
      const before = gateway.lines.length
      for (const port of ports) expect((await ask(port, PUBLIC)).status).toBe(200)
      const chains = app.received.splice(0).map((request) => request.values('x-forwarded-for')[0])
      return [...chains, gateway.lines.length - before]
    }
    expect(await heard()).toEqual(['127.0.0.1', '192.0.2.1, 127.0.0.1', 1])
    // In another order: a listener is known by its address.
    const next = withListeners(config, ports.toReversed(), [
      ', access_log: true',
      ', trusted_proxies: 127.0.0.1',
    ])
    gateway.service.swap(await loadOrThrow(next))
    expect(await heard()).toEqual(['192.0.2.1, 127.0.0.1', '127.0.0.1', 1])
  })

  it('count for themselves, and together in an upstream', async () => {
    const app = await startRawUpstream(cleanup)
    const ports = [await freePort(), await freePort()] as const
    const limit = ', rate_limit: { requests: 2, per: 1h }'
    const config = gatewayConfig([app.url], { upstream: 'rate_limit: { requests: 3, per: 1h }' })
    await runGateway(withListeners(config, ports, [limit, limit]), cleanup)
    const statuses: number[] = []
    for (const i of [0, 0, 0, 1] as const) statuses.push((await ask(ports[i], PUBLIC)).status)
    // The third was refused by the listener, and counted by the upstream.
    expect(statuses).toEqual([200, 200, 429, 429])
  })

  it('keep their addresses until a restart, by the rules of the new configuration', async () => {
    const app = await startRawUpstream(cleanup)
    const ports = [await freePort(), await freePort()] as const
    const config = gatewayConfig([app.url])
    const gateway = await runGateway(
      withListeners(config, ports, ['', ', trusted_proxies: 127.0.0.1']),
      cleanup,
    )
    const closed = config.replace('access: public, upstream: app', 'access: deny')
    gateway.service.swap(await loadOrThrow(withListeners(closed, ports, [''])))
    for (const port of ports) expect((await ask(port, PUBLIC)).status).toBe(403)
  })

  it('do not start if one of them cannot', async () => {
    const ports = [await freePort(), await freePort()] as const
    const text = withListeners(gatewayConfig(['http://127.0.0.1:1']), ports, ['', ''])
    const taken = await runGateway(
      withListeners(gatewayConfig(['http://127.0.0.1:1']), [ports[1]], ['']),
      cleanup,
    )
    expect(taken.port).toBe(ports[1])
    expect(runGateway(text, cleanup)).rejects.toMatchObject({ code: 'ERR_SERVER_LISTEN' })
    expect(await isListening(ports[0])).toBe(false)
  })
})
