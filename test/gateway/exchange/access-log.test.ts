import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { ask } from '../../support/live/raw-client.ts'
import { mint } from '../../support/mint.ts'
import { gatewayConfig, OK, runGateway, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

describe('the line of a request', () => {
  it('has who judged it, where it went, what came back, and how long each part took', async () => {
    const app = await startRawUpstream(cleanup, (_, socket) => void setTimeout(() => socket.write(OK), 30))
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    const headers = [['Authorization', `Bearer ${mint({ scope: 'orders:read' })}`]] as const
    const answer = await ask(gateway.port, {
      method: 'POST',
      target: '/orders/1?secret=x',
      headers,
      body: 'abc',
    })
    const line = gateway.lines.find(({ msg }) => msg === 'forwarded')
    expect(line).toMatchObject({
      event: 'gateway',
      id: answer.values('x-decision-id')[0],
      client: '127.0.0.1',
      status: 200,
      route: 'orders',
      upstream: 'app',
      server: app.url,
      method: 'POST',
      host: 'api.example.com',
      path: '/orders/1',
      request_bytes: 3,
      response_bytes: 2,
    })
    const { ms, upstream_ms } = line as { readonly ms: number; readonly upstream_ms: number }
    expect(upstream_ms).toBeGreaterThan(20)
    expect(ms).toBeGreaterThanOrEqual(upstream_ms)
    expect(JSON.stringify(gateway.lines)).not.toContain('secret')
  })

  it('of a denial has the client and the time to the decision', async () => {
    const gateway = await runGateway(gatewayConfig(['http://127.0.0.1:1']), cleanup)
    const { status } = await ask(gateway.port, { target: '/orders/1' })
    const line = gateway.lines.find(({ event }) => event === 'decision')
    expect(line).toMatchObject({ reason: 'token_missing', status, via: 'gateway', client: '127.0.0.1' })
    expect(line?.['ms']).toBeGreaterThan(0)
  })

  it('of a fault has the client, also if the request could not be read, unless a trusted proxy sent it', async () => {
    for (const [trusted, client] of [
      ['[10.0.0.0/8]', '127.0.0.2'],
      ['[127.0.0.2]', undefined],
    ] as const) {
      const gateway = await runGateway(
        gatewayConfig(['http://127.0.0.1:1'], { listen: `trusted_proxies: ${trusted}` }),
        cleanup,
      )
      const headers = [['X-Forwarded-For', '198.51.100.7']] as const
      const from = '127.0.0.2'
      expect((await ask(gateway.port, { method: 'a b', headers, from })).status).toBe(400)
      expect((await ask(gateway.port, { target: '/public/', headers, from })).status).toBe(502)
      const clientOf = (sought: string): unknown =>
        gateway.lines.find(({ fault }) => fault === sought)?.['client']
      expect(clientOf('bad_request')).toBe(client)
      expect(clientOf('connect_failed')).toBe(client === undefined ? '198.51.100.7' : client)
    }
  })

  it('has no time of a server that sent nothing', async () => {
    const gateway = await runGateway(gatewayConfig(['http://127.0.0.1:1']), cleanup)
    expect((await ask(gateway.port, { target: '/public/' })).status).toBe(502)
    const line = gateway.lines.find(({ fault }) => fault === 'connect_failed')
    expect(line).toBeDefined()
    expect(line?.['upstream_ms']).toBeUndefined()
  })
})
