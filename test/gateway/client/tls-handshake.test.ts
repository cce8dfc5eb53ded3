import { afterEach, expect, it } from 'bun:test'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { askHttp2, runHttp2Gateway } from '../../support/http2-client.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** The first bytes of a ClientHello that announces 512. */
const HALF_A_HELLO = Buffer.from('160301020001', 'hex')

async function openSilent(port: number, first = HALF_A_HELLO): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  cleanup.add(() => void socket.destroy())
  socket.on('error', () => {})
  // Otherwise the end of the connection is not read.
  socket.resume()
  await once(socket, 'connect')
  if (first.length > 0) socket.write(first)
  return socket
}

liveSuite('a client that never ends its TLS handshake', ['openssl'], () => {
  it('counts as a connection, and is closed in favour of others', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runHttp2Gateway([app.url], cleanup, { listen: 'max_connections: 2' })
    const oldest = await openSilent(gateway.port)
    const closed = once(oldest, 'close')
    await openSilent(gateway.port)
    const session = await gateway.session()
    await closed
    expect((await askHttp2(session, { ':path': '/public/' })).status).toBe(200)
  })

  it('is closed when the gateway stops', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runHttp2Gateway([app.url], cleanup)
    const silent = await openSilent(gateway.port)
    // The gateway has seen it when it has served one that came later.
    const session = await gateway.session()
    await askHttp2(session, { ':path': '/public/' })
    const closed = once(silent, 'close')
    session.destroy()
    await Promise.all([gateway.service.stop(0), closed])
  })

  it('is closed after ten seconds, whether it sends nothing or a part', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runHttp2Gateway([app.url], cleanup)
    const clients = [await openSilent(gateway.port), await openSilent(gateway.port, Buffer.alloc(0))]
    await Promise.all(clients.map((client) => once(client, 'close')))
  }, 20_000)
})
