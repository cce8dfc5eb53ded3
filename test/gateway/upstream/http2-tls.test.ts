import { afterEach, expect, it } from 'bun:test'
import { createSecureServer } from 'node:http2'
import { createServer } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { answerOk, startHttp2Upstream } from '../../support/http2-server.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { listen } from '../../support/live/loopback.ts'
import { openClient, requestText } from '../../support/live/raw-client.ts'
import { exchange } from '../../support/raw-http.ts'
import { gatewayConfig, runGateway } from '../../support/run-gateway.ts'
import { createTestCa } from '../../support/test-ca.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

function issue() {
  const ca = createTestCa()
  cleanup.add(() => ca.remove())
  const { cert, key } = ca.issue('localhost')
  return { caFile: ca.caFile, tls: { cert, key } }
}

const gatewayTo = (port: number, caFile: string, protocol: string) =>
  runGateway(
    gatewayConfig([`https://localhost:${port}`], {
      upstream: `ca_file: ${caFile}, protocol: ${protocol}, host: upstream`,
    }),
    cleanup,
  )

async function ask(port: number, text = requestText({ target: '/public/' })) {
  const client = await openClient(port)
  cleanup.add(() => client.close())
  client.send(text)
  return client.receive()
}

/** A server of HTTP/1.1 with TLS, which answers with the version that was agreed on. */
async function startHttp1(tls: { readonly cert: string; readonly key: string }) {
  let connections = 0
  const server = createServer({ ...tls, ALPNProtocols: ['http/1.1'] }, (request, response) => {
    response.end(`HTTP/${request.httpVersion}`)
  })
  server.on('secureConnection', () => (connections += 1))
  return { port: await listen(server, cleanup), connections: () => connections }
}

/** A server of both versions with TLS, which opens WebSockets in HTTP/1.1. */
async function startBoth(tls: { readonly cert: string; readonly key: string }) {
  const agreed: unknown[] = []
  const server = createSecureServer({ ...tls, allowHTTP1: true }, (request, response) => {
    response.end(`HTTP/${request.httpVersion}`)
  })
  server.on('secureConnection', (socket: TLSSocket) => agreed.push(socket.alpnProtocol))
  server.on('upgrade', (request, socket) => {
    const accept = new Bun.CryptoHasher('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    const fields = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n`
    socket.end(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\nopen`)
  })
  return { port: await listen(server, cleanup), agreed }
}

liveSuite('a server with TLS', ['openssl'], () => {
  for (const protocol of ['http2', 'auto'])
    it(`is asked over HTTP/2 with \`protocol: ${protocol}\``, async () => {
      const { caFile, tls } = issue()
      const app = await startHttp2Upstream(cleanup, answerOk, { tls })
      const gateway = await gatewayTo(app.port, caFile, protocol)
      const answers = await Promise.all(Array.from({ length: 10 }, () => ask(gateway.port)))
      expect(answers.map(({ body }) => body)).toEqual(answers.map(() => 'ok'))
      expect(app.sessions).toHaveLength(1)
      expect(app.received[0]?.values(':scheme')).toEqual(['https'])
      expect(app.received[0]?.values(':authority')).toEqual([`localhost:${app.port}`])
    })

  it('is asked over HTTP/1.1 with `protocol: auto` if it chooses it, each request on its connection', async () => {
    const { caFile, tls } = issue()
    const app = await startHttp1(tls)
    const gateway = await gatewayTo(app.port, caFile, 'auto')
    const first = await Promise.all(Array.from({ length: 5 }, () => ask(gateway.port)))
    expect(first.map(({ body }) => body)).toEqual(first.map(() => 'HTTP/1.1'))
    expect(app.connections()).toBe(5)
    expect((await ask(gateway.port)).body).toBe('HTTP/1.1')
    expect(app.connections()).toBe(5)
  })

  it('is asked over HTTP/1.1 without `protocol`, whatever it speaks', async () => {
    const { caFile, tls } = issue()
    const app = await startBoth(tls)
    const gateway = await gatewayTo(app.port, caFile, 'http1')
    expect((await ask(gateway.port)).body).toBe('HTTP/1.1')
  })

  it('that does not speak HTTP/2 is not asked with `protocol: http2`', async () => {
    const { caFile, tls } = issue()
    const app = await startHttp1(tls)
    const gateway = await gatewayTo(app.port, caFile, 'http2')
    expect((await ask(gateway.port)).status).toBe(502)
    expect(gateway.lines[0]).toMatchObject({ fault: 'connect_failed' })
  })

  it('must have a certificate for its name, in HTTP/2 too', async () => {
    const { tls } = issue()
    const app = await startHttp2Upstream(cleanup, answerOk, { tls })
    const gateway = await gatewayTo(app.port, issue().caFile, 'http2')
    expect((await ask(gateway.port)).status).toBe(502)
    expect(app.received).toHaveLength(0)
  })

  it('opens WebSockets with `protocol: auto`, on connections of HTTP/1.1', async () => {
    const { caFile, tls } = issue()
    const app = await startBoth(tls)
    const gateway = await gatewayTo(app.port, caFile, 'auto')
    expect((await ask(gateway.port)).body).toBe('HTTP/2.0')
    const fields = 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    const { text } = await exchange(
      gateway.port,
      `GET /public/ws HTTP/1.1\r\nHost: a\r\n${fields}${key}\r\n`,
      (all) => all.endsWith('open'),
    )
    expect(text).toStartWith('HTTP/1.1 101 ')
    expect(app.agreed).toEqual(['h2', false])
  })

  it('sees a WebSocket as a usual request with `protocol: http2`', async () => {
    const { caFile, tls } = issue()
    const app = await startHttp2Upstream(cleanup, answerOk, { tls })
    const gateway = await gatewayTo(app.port, caFile, 'http2')
    const fields = 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    const answer = await ask(gateway.port, `GET /public/ HTTP/1.1\r\nHost: a\r\n${fields}${key}\r\n`)
    expect(answer.status).toBe(200)
    expect(app.received[0]?.values('upgrade')).toEqual([])
  })
})
