import { afterEach, describe, expect, it } from 'bun:test'
import { createServer, type AddressInfo } from 'node:net'
import { connect } from '../../../src/http/sockets/sockets.ts'
import { createCleanup } from '../../support/live/cleanup.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const IP = '127.0.0.2'

/** The first bytes of a TLS connection to a server that is configured with this host. */
async function helloTo(host: string): Promise<string> {
  const hello = Promise.withResolvers<string>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (bytes) => {
      hello.resolve(bytes.toString('latin1'))
      socket.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, IP, resolve))
  cleanup.add(() => void server.close())
  const { port } = server.address() as AddressInfo
  const address = { kind: 'tcp', host, port } as const
  const settings = { url: 'test', isTls: true, address, authority: host, weight: 1 }
  connect({ server: settings, ip: IP, trust: {} }, () => {})
  return hello.promise
}

describe('the server name in a TLS handshake', () => {
  it('has no dot at its end (RFC 6066 §3)', async () => {
    const hello = await helloTo('app.test.')
    expect(hello).toContain('app.test')
    expect(hello).not.toContain('app.test.')
  })

  it('is no address (RFC 6066 §3)', async () => expect(await helloTo(IP)).not.toContain(IP))

  it('is the configured one', async () => expect(await helloTo('app.test')).toContain('app.test'))
})
