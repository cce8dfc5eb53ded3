/** A gateway with two workers under load: killed, stopped, reloaded, and with one count for both. */
import { connect } from 'node:tls'
import { afterEach, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGatewayLoad } from '../support/live/gateway-load.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort } from '../support/live/loopback.ts'
import { requestText, type RawClient } from '../support/live/raw-client.ts'
import { startRecordingServer } from '../support/live/recording-server.ts'
import { startServedGateway } from '../support/live/served-gateway.ts'
import { connectionsOf, connectToEach, waitForWorkers } from '../support/live/worker-service.ts'
import { mint } from '../support/mint.ts'
import { gatewayConfig, type GatewayText } from '../support/run-gateway.ts'
import { createTestCa } from '../support/test-ca.ts'

const CONNECTIONS = 16
const bearer = (scope: string) => [['Authorization', `Bearer ${mint({ scope })}`]] as const
const GOOD = { GET: { headers: bearer('orders:read') } }

liveSuite('a gateway with two workers', ['openssl'], () => {
  const cleanup = createCleanup()
  afterEach(() => cleanup.run())

  const configOf = (url: string, admin: number, text: GatewayText = {}): string =>
    gatewayConfig([url], { ...text, workers: 2 })
      .replace('admin: off', `admin: 127.0.0.1:${admin}`)
      .replace('access_log: true', 'access_log: false')

  async function start(text: GatewayText = {}) {
    const server = await startRecordingServer('app', cleanup)
    const admin = await freePort()
    const config = configOf(server.url, admin, text)
    const gateway = await startServedGateway(config, cleanup)
    await gateway.process.ready(
      'the start',
      () => gateway.process.output().includes('ready to decide') || undefined,
    )
    const pids = await waitForWorkers(admin, 2)
    return { server, admin, config, gateway, pids }
  }

  it('loses only what a killed worker had under way, and replaces it', async () => {
    const { admin, gateway, pids } = await start()
    const load = startGatewayLoad(gateway.port, CONNECTIONS, { path: '/orders/fast', sorts: GOOD })
    await load.more(200)
    const [victim = 0] = pids
    const lost = connectionsOf(gateway.port, victim)
    process.kill(victim, 'SIGKILL')
    await load.more(200)
    await waitForWorkers(admin, 2, [victim])
    await load.more(200)
    await load.stop()
    const broken = load.sent.filter(({ fate }) => fate.kind !== 'whole')
    expect(broken.length).toBeLessThanOrEqual(lost)
    expect(load.sent.filter(({ fate }) => fate.kind === 'whole' && fate.status !== 200)).toEqual([])
    // Every other connection went on.
    expect(load.connections()).toBeLessThanOrEqual(CONNECTIONS + broken.length)
  })

  it('loses no promised answer when every process of it gets SIGTERM', async () => {
    const { server, gateway, pids } = await start()
    const load = startGatewayLoad(gateway.port, CONNECTIONS, { path: '/orders/slow', sorts: GOOD })
    await load.more(100)
    for (const pid of pids) process.kill(pid, 'SIGTERM')
    const code = await gateway.process.stop('SIGTERM')
    await load.stop()
    const wentOn = new Set(server.received().map((request) => request.path))
    expect({
      counts: load.counts(),
      code,
      cut: load.sent.filter(({ fate }) => fate.kind === 'cut'),
      lost: load.sent.filter(({ target, fate }) => wentOn.has(target) && fate.kind !== 'whole'),
    }).toMatchObject({ code: 0, cut: [], lost: [] })
  })

  it('counts the requests of both for one limit', async () => {
    const { gateway, pids } = await start({ upstream: 'rate_limit: { requests: 40, per: 1h, by: address }' })
    const clients = await connectToEach(gateway.port, pids)
    const statuses = await Promise.all(clients.map((client) => askRepeatedly(client, 30)))
    for (const client of clients) client.close()
    const all = statuses.flat()
    expect(all.filter((status) => status === 200)).toHaveLength(40)
    expect(all.filter((status) => status === 429)).toHaveLength(20)
    // Each had a share.
    for (const own of statuses) expect(own).toContain(200)
  })

  it('judges by one configuration or the other while it is reloaded, and changes certificates in both', async () => {
    const tls = [createTestCa(), createTestCa()].map((ca) => {
      cleanup.add(() => ca.remove())
      const { certFile, keyFile } = ca.issue('localhost')
      return `tls: ${JSON.stringify([{ cert_file: certFile, key_file: keyFile }])}`
    })
    const { server, admin, gateway } = await start({ listen: tls[0] ?? '' })
    const configs = ['write', 'read'].map((word, i) =>
      configOf(server.url, admin, { listen: tls[1 - i] ?? '' }).replace(
        'scope: orders:read',
        `scope: orders:${word}`,
      ),
    )
    const sorts = {
      read: { headers: bearer('orders:read') },
      write: { headers: bearer('orders:write') },
      nobody: {},
    }
    const load = startGatewayLoad(gateway.port, CONNECTIONS, { path: '/orders/fast', sorts, isTls: true })
    const seen: string[] = []
    for (const config of [...configs, ...configs]) {
      await load.more(60)
      await gateway.reload('version: 1\nroutes: [{ access: everything }]\n', 'refused')
      await gateway.reload(config)
      const certificates = await Promise.all(Array.from({ length: 12 }, () => certificateOf(gateway.port)))
      expect(new Set(certificates).size).toBe(1)
      seen.push(certificates[0] ?? '')
    }
    await load.stop()
    expect(seen[0]).not.toBe(seen[1])
    expect(seen.slice(0, 2)).toEqual(seen.slice(2))
    const right = /^(?:(?:read|write): (?:200|403 scope_missing)|nobody: 401 token_missing)$/
    expect(Object.keys(load.counts()).filter((name) => !right.test(name))).toEqual([])
    expect(load.connections()).toBe(CONNECTIONS)
  })
})

async function askRepeatedly(client: RawClient, count: number): Promise<readonly number[]> {
  const statuses: number[] = []
  for (let i = 0; i < count; i++) {
    client.send(requestText({ target: '/public/' }))
    statuses.push((await client.receive()).status)
  }
  return statuses
}

/** The fingerprint of the certificate that a new connection is shown. */
function certificateOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256)
      socket.destroy()
    })
    socket.once('error', reject)
  })
}
