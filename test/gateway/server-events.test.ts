/** What the gateway says of its servers: in the log, and when it is asked. */
import { afterAll, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { waitFor } from '../support/live/loopback.ts'
import { ask, openClient } from '../support/live/raw-client.ts'
import {
  gatewayConfig,
  OK,
  runGateway,
  startRawUpstream,
  type RunningGateway,
} from '../support/run-gateway.ts'

const cleanup = createCleanup()
afterAll(() => cleanup.run())

const PUBLIC = { target: '/public/a' }
/** Nobody listens there. */
const DEAD = 'http://127.0.0.1:1'

const reportOf = async ({ service }: RunningGateway) => {
  const report = await service.answers.gateway(null)
  if (report === null) throw new Error('no gateway')
  return report
}

describe('a server that cannot be reached', () => {
  it('is reported once when it is left alone, with the retry in the line of the request', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(
      gatewayConfig([DEAD, app.url], { upstream: 'eject_after: 2, eject_for: 1m' }),
      cleanup,
    )
    for (let i = 0; i < 6; i++) expect((await ask(gateway.port, PUBLIC)).status).toBe(200)
    const ejected = gateway.lines.filter(({ event }) => event === 'server_ejected')
    expect(ejected).toMatchObject([{ level: 'warn', upstream: 'app', server: DEAD, for_ms: 60_000 }])
    expect(gateway.lines.filter(({ event }) => event === 'gateway').map(({ retries }) => retries)).toContain(
      1,
    )
    const { servers } = await reportOf(gateway)
    expect(servers).toMatchObject([
      { upstream: 'app', server: DEAD, isUp: null, ejections: 1 },
      { upstream: 'app', server: app.url, isUp: null, ejectedForMs: 0, ejections: 0 },
    ])
    expect(servers[0]?.ejectedForMs).toBeGreaterThan(50_000)
  })

  it('is reported as down and up again by its health check', async () => {
    let status = 'HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n'
    const app = await startRawUpstream(cleanup, (_, socket) => void socket.end(status))
    const gateway = await runGateway(
      gatewayConfig([app.url], { upstream: 'health: { path: /h, interval: 100ms, timeout: 100ms }' }),
      cleanup,
    )
    const of = (type: string) => gateway.lines.filter(({ event }) => event === type)
    await waitFor('the server to be down', () => of('server_down')[0])
    expect((await reportOf(gateway)).servers).toMatchObject([{ isUp: false }])
    status = OK
    await waitFor('the server to be up', () => of('server_up')[0])
    expect(of('server_down')).toHaveLength(1)
    expect((await reportOf(gateway)).servers).toMatchObject([{ isUp: true }])
  })
})

it('open connections are counted by listener', async () => {
  const app = await startRawUpstream(cleanup)
  const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
  const client = await openClient(gateway.port)
  client.send('GET /public/a HTTP/1.1\r\nHost: a\r\n\r\n')
  await client.receive()
  expect(await gateway.service.answers.listeners(null)).toMatchObject([
    { listener: 'decisions', connections: 0 },
    { listener: 'gateway', address: `127.0.0.1:${gateway.port}`, connections: 1 },
  ])
  client.close()
})
