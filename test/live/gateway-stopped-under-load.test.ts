/** SIGTERM to a gateway under load: what it has begun to answer it answers, and what it has sent on as well. */
import { afterEach, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGatewayLoad } from '../support/live/gateway-load.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { isListening, waitFor } from '../support/live/loopback.ts'
import { openClient, requestText } from '../support/live/raw-client.ts'
import { startRecordingServer } from '../support/live/recording-server.ts'
import { startServedGateway } from '../support/live/served-gateway.ts'
import { mint } from '../support/mint.ts'
import { gatewayConfig, startRawUpstream } from '../support/run-gateway.ts'
import { createTestCa } from '../support/test-ca.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const CONNECTIONS = 32
const good = [['Authorization', `Bearer ${mint({ scope: 'orders:read' })}`]] as const
const configOf = (url: string, listen = ''): string =>
  gatewayConfig([url]).replace('access_log: true', `access_log: false${listen}`)

function tlsText(): string {
  const ca = createTestCa()
  cleanup.add(() => ca.remove())
  const { certFile, keyFile } = ca.issue('localhost')
  return `, tls: ${JSON.stringify([{ cert_file: certFile, key_file: keyFile }])}`
}

liveSuite('a gateway that is stopped under load', ['openssl'], () => {
  const ways = [
    ['/orders/slow', false],
    ['/orders/fast', false],
    ['/orders/slow', true],
    ['/orders/fast', true],
  ] as const
  for (const [path, isTls] of ways) {
    it(`loses no answer that it has promised, and ends with code 0: ${path}${isTls ? ' over TLS' : ''}`, async () => {
      const server = await startRecordingServer('app', cleanup)
      const gateway = await startServedGateway(configOf(server.url, isTls ? tlsText() : ''), cleanup)
      const sorts = {
        GET: { headers: good },
        POST: { method: 'POST', headers: good, body: 'x'.repeat(500) },
        nobody: {},
      }
      const load = startGatewayLoad(gateway.port, CONNECTIONS, { path, sorts, isTls })
      await load.more(200)
      // The workers go on asking until they are refused.
      const code = await gateway.process.stop('SIGTERM')
      await load.stop()

      const wentOn = new Set(server.received().map((request) => request.path))
      expect({
        counts: load.counts(),
        code,
        cut: load.sent.filter(({ fate }) => fate.kind === 'cut'),
        lost: load.sent.filter(({ target, fate }) => wentOn.has(target) && fate.kind !== 'whole'),
        wrong: load.sent.filter(
          ({ sort, fate }) => fate.kind === 'whole' && fate.status !== (sort === 'nobody' ? 401 : 200),
        ),
      }).toMatchObject({ code: 0, cut: [], lost: [], wrong: [] })
    })
  }

  it('loses no request on connections that it holds if clients are given time to go elsewhere', async () => {
    const server = await startRecordingServer('app', cleanup)
    const config = configOf(server.url).replace('drain: 0s', 'drain: 1s')
    const gateway = await startServedGateway(config, cleanup)
    const load = startGatewayLoad(gateway.port, CONNECTIONS, {
      path: '/orders/fast',
      sorts: { GET: { headers: good } },
    })
    await load.more(200)
    const code = await gateway.process.stop('SIGTERM')
    await load.stop()
    // New connections wait in the kernel to be accepted, and are reset when they never are.
    const lost = load.sent.filter(
      ({ fate, isFirst }) => fate.kind === 'cut' || (fate.kind === 'nothing' && !isFirst),
    )
    expect({ counts: load.counts(), code, lost }).toMatchObject({ code: 0, lost: [] })
  })

  it('refuses new connections while it still answers', async () => {
    const app = await startRawUpstream(cleanup, (_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf')
    })
    const gateway = await startServedGateway(configOf(app.url), cleanup)
    const client = await openClient(gateway.port)
    client.send(requestText({ target: '/orders/1', headers: good }))
    await waitFor('the request to be under way', () => app.received[0])
    const exited = gateway.process.stop('SIGTERM')
    await waitFor('the listener to be gone', async () =>
      (await isListening(gateway.port)) ? undefined : true,
    )
    app.connections[0]?.write('half')
    expect((await client.receive()).body).toBe('halfhalf')
    client.close()
    expect(await exited).toBe(0)
  })
})
