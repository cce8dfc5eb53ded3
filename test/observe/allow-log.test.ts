import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { loadOrThrow } from '../support/run-service.ts'
import { gatewayConfig, runGateway } from '../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const FLOOD = 200

const configText = (allows: string): string =>
  `${gatewayConfig(['http://127.0.0.1:1']).replace('access_log: true', 'access_log: false')}log: { allows: ${allows}, denials_per_second: 0 }\n`

/** Allowed by the decision listener, because its path is public. */
async function askOften(service: { readonly addresses: readonly string[] }): Promise<void> {
  const url = `http://${service.addresses[0]}/v1/auth/forward`
  const headers = {
    'X-Forwarded-Method': 'GET',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'api.example.com',
    'X-Forwarded-Uri': '/public/x?secret=1',
    'X-Forwarded-For': '203.0.113.9',
  }
  for (let i = 0; i < FLOOD; i++) expect((await fetch(url, { headers })).status).toBe(200)
}

describe('allowed requests in the log', () => {
  for (const [allows, least, most] of [
    ['none', 0, 0],
    ['sampled', 1, FLOOD / 2],
    ['all', FLOOD, FLOOD],
  ] as const) {
    it(`with allows: ${allows}, and the rest is counted if some have lines`, async () => {
      const { service, lines } = await runGateway(configText(allows), cleanup)
      await askOften(service)
      await service.stop(0)
      const allowed = lines.filter(({ outcome }) => outcome === 'allow')
      expect(allowed.length).toBeGreaterThanOrEqual(least)
      expect(allowed.length).toBeLessThanOrEqual(most)
      const counted = lines.filter(({ event, of }) => event === 'not_logged' && of === 'allow')
      const rest = counted.map(({ counts }) => (counts as { public: number }).public)
      const left = allows === 'none' ? 0 : FLOOD - allowed.length
      expect(rest).toEqual(left === 0 ? [] : [left])
      if (allows === 'none') return
      expect(allowed[0]).toMatchObject({
        level: 'info',
        event: 'decision',
        outcome: 'allow',
        reason: 'public',
        status: 200,
        via: 'forward',
        client: '203.0.113.9',
        route: 'public',
        method: 'GET',
        host: 'api.example.com',
        path: '/public/x',
        msg: 'allowed: public',
      })
      expect(allowed[0]?.['detail']).toBeUndefined()
    })
  }

  it('have lines from a reload on', async () => {
    const { service, lines } = await runGateway(configText('none'), cleanup)
    await askOften(service)
    service.swap(await loadOrThrow(configText('all')))
    await askOften(service)
    expect(lines.filter(({ outcome }) => outcome === 'allow').length).toBe(FLOOD)
  })

  it('have a line each beside that of the exchange, in the gateway', async () => {
    const text = configText('all').replace('access_log: false', 'access_log: true')
    const gateway = await runGateway(text, cleanup)
    await (await fetch(`${gateway.url}/public/x`)).arrayBuffer()
    await gateway.service.stop(0)
    const [decision, exchange] = gateway.lines
    expect(decision).toMatchObject({
      event: 'decision',
      outcome: 'allow',
      via: 'gateway',
      client: '127.0.0.1',
    })
    expect(exchange).toMatchObject({
      event: 'gateway',
      id: decision?.['id'],
      via: 'gateway',
      client: '127.0.0.1',
      route: 'public',
      fault: 'connect_failed',
    })
  })
})
