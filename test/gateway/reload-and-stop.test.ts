import { afterEach, describe, expect, it } from 'bun:test'
import type { Socket } from 'node:net'
import { createCleanup } from '../support/live/cleanup.ts'
import { isListening, waitFor } from '../support/live/loopback.ts'
import { ask, openClient, requestText } from '../support/live/raw-client.ts'
import { gatewayConfig, OK, runGateway, startRawUpstream } from '../support/run-gateway.ts'
import { loadOrThrow } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const PUBLIC = { target: '/public/' }

describe('a gateway with a new configuration', () => {
  it('sends the next request elsewhere, and ends the one under way where it began', async () => {
    const waiting: Socket[] = []
    const before = await startRawUpstream(cleanup, (_, socket) => void waiting.push(socket))
    const after = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([before.url]), cleanup)
    const client = await openClient(gateway.port)
    client.send(requestText(PUBLIC))
    await waitFor('the request to be under way', () => waiting[0])
    gateway.service.swap(await loadOrThrow(gatewayConfig([after.url])))
    expect((await ask(gateway.port, PUBLIC)).status).toBe(200)
    expect([before.received.length, after.received.length]).toEqual([1, 1])
    let isClosed = false
    waiting[0]?.on('close', () => (isClosed = true))
    waiting[0]?.write(OK)
    expect((await client.receive()).body).toBe('ok')
    await waitFor('the old connection to be let go', () => isClosed || undefined)
    client.send(requestText(PUBLIC))
    expect((await client.receive()).status).toBe(200)
    expect(after.received).toHaveLength(2)
    client.close()
  })

  it('believes other proxies, and logs otherwise, without a restart', async () => {
    const app = await startRawUpstream(cleanup)
    const config = gatewayConfig([app.url])
    const gateway = await runGateway(config, cleanup)
    const trusting = config.replace('access_log: true', 'access_log: false, trusted_proxies: 127.0.0.1')
    gateway.service.swap(await loadOrThrow(trusting))
    await ask(gateway.port, { ...PUBLIC, headers: [['X-Forwarded-For', '1.2.3.4']] })
    expect(app.received[0]?.values('x-forwarded-for')).toEqual(['1.2.3.4, 127.0.0.1'])
    expect(gateway.lines).toEqual([])
  })

  it('judges by it on a connection that is open already', async () => {
    const app = await startRawUpstream(cleanup)
    const config = gatewayConfig([app.url])
    const gateway = await runGateway(config, cleanup)
    const client = await openClient(gateway.port)
    client.send(requestText(PUBLIC))
    expect((await client.receive()).status).toBe(200)
    gateway.service.swap(await loadOrThrow(config.replace('access: public', 'policy: read')))
    client.send(requestText(PUBLIC))
    expect((await client.receive()).status).toBe(401)
    client.close()
  })
})

describe('a gateway that stops', () => {
  // A client without this mark sends its next request into a connection that is about to end, and has to guess
  // whether it was acted upon.
  it('marks each answer as the last on its connection while it drains', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    const client = await openClient(gateway.port)
    client.send(requestText(PUBLIC))
    expect((await client.receive()).values('connection')).toEqual([])
    const stopped = gateway.service.stop(1_000)
    client.send(requestText(PUBLIC))
    const last = await client.receive()
    expect([last.status, ...last.values('connection')]).toEqual([200, 'close'])
    await client.ended
    expect((await ask(gateway.port, PUBLIC)).values('connection')).toEqual(['close'])
    await stopped
  })

  it('answers requests under way as the last ones, and closes idle connections', async () => {
    const waiting: Socket[] = []
    const app = await startRawUpstream(cleanup, (_, socket) => void waiting.push(socket))
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    const idle = await openClient(gateway.port)
    const busy = await openClient(gateway.port)
    busy.send(requestText(PUBLIC))
    await waitFor('the request to be under way', () => waiting[0])
    const stopped = gateway.service.stop(0)
    await idle.ended
    await waitFor('the listener to be gone', async () =>
      (await isListening(gateway.port)) ? undefined : true,
    )
    waiting[0]?.write(OK)
    const last = await busy.receive()
    expect(last.body).toBe('ok')
    expect(last.values('connection')).toEqual(['close'])
    await stopped
  })
})
