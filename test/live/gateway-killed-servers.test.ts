/** Servers behind the gateway are killed, stopped and started again while requests come in. */
import { afterEach, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGatewayLoad, type Sent } from '../support/live/gateway-load.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { waitFor } from '../support/live/loopback.ts'
import { ask, openClient, requestText } from '../support/live/raw-client.ts'
import {
  startRecordingNginx,
  startRecordingServer,
  type RecordingServer,
} from '../support/live/recording-server.ts'
import { startServedGateway } from '../support/live/served-gateway.ts'
import { mint } from '../support/mint.ts'
import { gatewayConfig } from '../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const CONNECTIONS = 16
const ROUNDS = 3
const quiet = (config: string): string => config.replace('access_log: true', 'access_log: false')
const bearer = (token: string) => [['Authorization', `Bearer ${token}`]] as const
const GOOD = bearer(mint({ scope: 'orders:read' }))
const SORTS = {
  'good GET': { headers: GOOD },
  'bad GET': { headers: bearer(`${mint({ scope: 'orders:read' }).slice(0, -4)}AAAA`) },
  'good POST': { method: 'POST', headers: GOOD, body: 'x'.repeat(500) },
  'GET without a token': {},
  'poor POST': { method: 'POST', headers: bearer(mint({ scope: 'other' })), body: 'x'.repeat(500) },
}

/** Whether the answer is one that the request may get; each good one is answered with its own path. */
function isRight({ sort, target, fate }: Sent): boolean {
  if (fate.kind !== 'whole') return false
  const { status, reason, body } = fate
  if (sort.startsWith('good')) return status === 502 || (status === 200 && body.endsWith(` ${target}`))
  if (sort === 'bad GET') return status === 401 && reason === 'signature_invalid'
  if (sort === 'poor POST') return status === 403 && reason === 'scope_missing'
  return status === 401 && reason === 'token_missing'
}

liveSuite('servers that are killed and started again under load', ['nginx'], () => {
  it('cost at most what was under way: no wrong allow, no lost answer, no POST sent twice', async () => {
    const servers: readonly RecordingServer[] = [
      await startRecordingServer('bun', cleanup),
      await startRecordingNginx('nginx', cleanup),
    ]
    const upstream = 'eject_for: 200ms'
    const config = quiet(
      gatewayConfig(
        servers.map(({ url }) => url),
        { upstream },
      ),
    )
    const { port } = await startServedGateway(config, cleanup)
    const load = startGatewayLoad(port, CONNECTIONS, { path: '/orders', sorts: SORTS })
    for (let round = 0; round < ROUNDS; round++) {
      for (const server of servers) {
        await load.more(200)
        await server.kill()
        await load.more(200)
        const before = server.received().length
        await server.start()
        await waitFor('the server to be asked again', () => server.received().length > before || undefined)
      }
    }
    await load.more(200)
    await load.stop()

    const received = servers.flatMap((server) => server.received())
    const paths = new Set(received.map(({ path }) => path))
    const posts = received.filter(({ method }) => method === 'POST').map(({ path }) => path)
    const failed = load.sent.filter(({ fate }) => fate.kind === 'whole' && fate.status === 502)
    expect({
      counts: load.counts(),
      wrong: load.sent.filter((one) => !isRight(one)),
      wronglyAllowed: load.sent.filter(({ sort, target }) => !sort.startsWith('good') && paths.has(target)),
      sentTwice: posts.length - new Set(posts).size,
      isWithinWhatWasUnderWay: failed.length <= CONNECTIONS * ROUNDS * servers.length,
      connections: load.connections(),
    }).toMatchObject({
      wrong: [],
      wronglyAllowed: [],
      sentTwice: 0,
      isWithinWhatWasUnderWay: true,
      // No client has to come again because a server was killed.
      connections: CONNECTIONS,
    })
  })
})

liveSuite('a server that is killed within its answer', [], () => {
  it('ends the answer of the client too, which is never taken for whole', async () => {
    const server = await startRecordingServer('app', cleanup)
    const { port } = await startServedGateway(quiet(gatewayConfig([server.url])), cleanup)
    const client = await openClient(port)
    client.send(requestText({ target: '/orders/stuck', headers: GOOD }))
    await waitFor('the request', () => server.received().length > 0 || undefined)
    const received = client.receive().then(
      () => 'whole',
      () => 'cut off',
    )
    await client.begun
    await server.kill()
    expect(await received).toBe('cut off')
    client.close()
  })
})

liveSuite('a server that is stopped, not killed', [], () => {
  it('is 504 after its time, then left alone, and asked again when it goes on', async () => {
    const stopped = await startRecordingServer('stopped', cleanup)
    const other = await startRecordingServer('other', cleanup)
    const upstream = 'response_timeout: 300ms, eject_after: 2, eject_for: 3s'
    // Each worker would find out for itself.
    const config = quiet(gatewayConfig([stopped.url, other.url], { upstream, workers: 1 }))
    const { port } = await startServedGateway(config, cleanup)
    const askOnce = async (): Promise<string> => {
      const { status, body } = await ask(port, { target: '/orders/1', headers: GOOD })
      return status === 200 ? (body.split(' ')[0] ?? '') : String(status)
    }
    expect([await askOnce(), await askOnce()].sort()).toEqual(['other', 'stopped'])
    process.kill(stopped.pid(), 'SIGSTOP')
    const during: string[] = []
    try {
      while (during.filter((answer) => answer === '504').length < 2 && during.length < 10)
        during.push(await askOnce())
      for (let i = 0; i < 4; i++) during.push(await askOnce())
    } finally {
      process.kill(stopped.pid(), 'SIGCONT')
    }
    expect(during.slice(-4)).toEqual(['other', 'other', 'other', 'other'])
    expect([...new Set(during)].sort()).toEqual(['504', 'other'])
    expect(during.filter((answer) => answer === '504')).toHaveLength(2)
    await waitFor('the server to be asked again', async () => (await askOnce()) === 'stopped' || undefined)
  })
})
