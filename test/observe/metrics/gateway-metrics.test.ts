/** The metrics of the gateway, of a service with real servers. */
import { afterAll, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { scrape, sumOf } from '../../support/metrics-text.ts'
import { gatewayConfig, OK, runGateway, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterAll(() => cleanup.run())

/** Nobody listens there. */
const DEAD = 'http://127.0.0.1:1'

describe('the metrics of the gateway', () => {
  it('count requests, faults, bytes, retries, ejections, health and connections', async () => {
    const app = await startRawUpstream(cleanup)
    const config = gatewayConfig([DEAD, app.url], { upstream: 'eject_after: 1, eject_for: 1m' })
      .replace('admin: off', 'admin: 127.0.0.1:0')
      .replace(
        'upstream: app }\n  - { name: orders',
        'upstream: app, rate_limit: { requests: 3, per: 1m } }\n  - { name: orders',
      )
    const gateway = await runGateway(config, cleanup)
    const admin = `http://${gateway.service.addresses[1]}`
    const get = async (path: string) => (await fetch(`${gateway.url}${path}`)).status
    expect([await get('/public/a'), await get('/public/a'), await get('/public/a')]).toEqual([200, 200, 200])
    expect([await get('/public/a'), await get('/closed/a'), await get('/nowhere')]).toEqual([429, 403, 403])
    const metrics = await waitFor('the exchanges', async () => {
      const read = await scrape(admin)
      return sumOf(read, 'warder_gateway_requests_total') === 6 ? read : undefined
    })
    const of = (name: string, ...labels: readonly string[]) => sumOf(metrics, name, ...labels)
    expect({
      ok: of('warder_gateway_requests_total', 'route="public"', 'status_class="2xx"'),
      refused: of('warder_gateway_requests_total', 'status_class="4xx"'),
      limited: of('warder_gateway_faults_total', 'fault="rate_limited"', 'route="public"'),
      bytes: of('warder_gateway_response_bytes_total', 'route="public"'),
      answered: of('warder_gateway_upstream_duration_seconds_count', 'upstream="app"'),
      retries: of('warder_gateway_retries_total', 'upstream="app"'),
      ejections: of('warder_gateway_ejections_total', `server="${DEAD}"`),
      dead: of('warder_gateway_server_healthy', `server="${DEAD}"`),
      alive: of('warder_gateway_server_healthy', `server="${app.url}"`),
      decided: of('warder_decisions_total', 'caller="gateway"'),
    }).toEqual({
      ok: 3,
      refused: 3,
      limited: 1,
      bytes: 6,
      answered: 3,
      retries: 1,
      ejections: 1,
      dead: 0,
      alive: 1,
      decided: 5,
    })
    expect(of('warder_connections', 'listener="gateway"')).toBeGreaterThan(0)
    expect(of('warder_connections', 'listener="decisions"')).toBe(0)
    expect(of('warder_connections_refused_total', 'listener="gateway"')).toBe(0)
    expect(metrics.has('warder_held_bytes{listener="gateway"}')).toBe(true)
  })

  it('count questions to an auth service by what came of them', async () => {
    const app = await startRawUpstream(cleanup)
    const statuses = [200, 403, 500]
    const auth = await startRawUpstream(cleanup, (_, socket) => {
      const status = statuses.shift() ?? 200
      socket.write(OK.replace('200 OK', `${status} X`))
    })
    const config = gatewayConfig([app.url])
      .replace('admin: off', 'admin: 127.0.0.1:0')
      .replace('access: public', `forward_auth: { url: "${auth.url}/check" }`)
    const gateway = await runGateway(config, cleanup)
    for (const status of [200, 403, 502]) expect((await fetch(`${gateway.url}/public/a`)).status).toBe(status)
    const metrics = await scrape(`http://${gateway.service.addresses[1]}`)
    const of = (result: string) =>
      sumOf(metrics, 'warder_auth_service_requests_total', `service="${auth.url}`, `result="${result}"`)
    expect(['allowed', 'denied', 'failed', 'remembered'].map(of)).toEqual([1, 1, 1, 0])
  })
})
