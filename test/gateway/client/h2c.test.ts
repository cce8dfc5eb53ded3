import { afterEach, describe, expect, it } from 'bun:test'
import { connect } from 'node:net'
import { askHttp2, h2cSession } from '../../support/http2-client.ts'
import {
  END_HEADERS,
  END_STREAM,
  fieldsOf,
  frame,
  literal,
  openPlainFrames,
} from '../../support/http2-frames.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { openClient, requestText } from '../../support/live/raw-client.ts'
import { mint } from '../../support/mint.ts'
import { exchange } from '../../support/raw-http.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const WHOLE = END_HEADERS | END_STREAM
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const SETTINGS = frame('SETTINGS', 0, 0, Buffer.alloc(0))
const PLAIN = { ':scheme': 'http' }

async function run(listen = 'h2c: true') {
  const app = await startRawUpstream(cleanup)
  return { app, gateway: await runGateway(gatewayConfig([app.url], { listen }), cleanup) }
}

describe('a plain listener with `h2c`', () => {
  it('judges each request of HTTP/2, and forwards what it allows with the identity', async () => {
    const { app, gateway } = await run()
    const session = await h2cSession(gateway.port, cleanup)
    const authorization = `Bearer ${mint({ scope: 'orders:read' })}`
    const headers = { ':path': '/orders/1?a=%20', authorization, 'x-auth-subject': 'root' }
    const [allowed, denied] = await Promise.all([
      askHttp2(session, headers),
      askHttp2(session, { ':path': '/orders/2' }),
    ])
    expect(allowed).toMatchObject({ status: 200, body: 'ok', code: 0 })
    expect(denied.status).toBe(401)
    const { target, values } = app.received[0] ?? { target: '', values: () => [] }
    expect([target, values('x-auth-subject'), values('x-forwarded-proto')]).toEqual([
      '/orders/1?a=%20',
      ['alice'],
      ['http'],
    ])
    expect(gateway.lines[0]).toMatchObject({ client: '127.0.0.1' })
  })

  it('serves HTTP/1.1 as well, whose first bytes may come one by one', async () => {
    const { gateway } = await run()
    const client = await openClient(gateway.port)
    for (const byte of requestText({ target: '/public/', method: 'PUT' })) client.send(byte)
    expect((await client.receive()).body).toBe('ok')
    client.send(requestText({ target: '/public/' }))
    expect((await client.receive()).body).toBe('ok')
    client.close()
  })

  it('takes the preface wherever it is cut', async () => {
    const { gateway } = await run()
    for (let at = 1; at < PREFACE.length; at++) {
      const socket = connect(gateway.port, '127.0.0.1')
      cleanup.add(() => void socket.destroy())
      let bytes = 0
      socket.on('data', (chunk: Buffer) => (bytes += chunk.length))
      await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
      socket.setNoDelay(true)
      await new Promise<void>((resolve) => void socket.write(PREFACE.slice(0, at), () => resolve()))
      socket.write(Buffer.concat([Buffer.from(PREFACE.slice(at)), SETTINGS]))
      await waitFor('the settings', () => (bytes > 9 ? true : undefined))
      socket.destroy()
    }
  })

  for (const [name, text, status] of [
    ['a preface with another end', 'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n', 505],
    ['a method that begins like it', requestText({ target: '/public/', method: 'PROPFIND' }), 200],
  ] as const)
    it(`treats ${name} as HTTP/1.1`, async () => {
      const { gateway } = await run()
      const { text: answer } = await exchange(gateway.port, text, (all) => all.includes('\r\n\r\n'))
      expect(answer).toStartWith(`HTTP/1.1 ${status} `)
    })

  it('never changes to HTTP/2 within a connection (h2c smuggling)', async () => {
    const { app, gateway } = await run()
    const upgrade =
      'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n'
    const { text } = await exchange(
      gateway.port,
      `GET /public/ HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n${PREFACE}`,
      (all) => all.includes('505'),
    )
    expect(text).toMatch(/^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 505 /)
    expect(app.bytes()).not.toMatch(/upgrade|http2-settings/i)
  })

  for (const [name, fields] of [
    ['the scheme https', { ':scheme': 'https' }],
    ['another host beside the authority', { ...PLAIN, host: 'other.example' }],
    ['Connection', { ...PLAIN, connection: 'x-auth-subject' }],
    ['Upgrade', { ...PLAIN, upgrade: 'h2c' }],
    ['a line feed in a value', { ...PLAIN, x: 'a\r\nX-Auth-Subject: root' }],
    ['CONNECT', { ...PLAIN, ':method': 'CONNECT' }],
  ] as const)
    it(`does not forward a request of HTTP/2 with ${name}`, async () => {
      const { app, gateway } = await run()
      const client = await openPlainFrames(gateway.port, cleanup)
      client.send(frame('HEADERS', WHOLE, 1, fieldsOf(fields)))
      await waitFor('a refusal', () => (client.isClosed() || client.frames().length > 0 ? true : undefined))
      expect(app.connections).toHaveLength(0)
    })

  it('closes a connection whose requests are reset at once (CVE-2023-44487), and serves others', async () => {
    const { app, gateway } = await run()
    const client = await openPlainFrames(gateway.port, cleanup)
    for (let i = 0; i < 20_000; i += 500) {
      const frames = Array.from({ length: 500 }, (_, at) => {
        const stream = 1 + 2 * (i + at)
        return Buffer.concat([
          frame('HEADERS', WHOLE, stream, fieldsOf(PLAIN)),
          frame('RST', 0, stream, Buffer.from([0, 0, 0, 8])),
        ])
      })
      client.send(...frames)
    }
    await waitFor('the end', () => (client.isClosed() ? true : undefined))
    expect(app.connections.length).toBeLessThan(2_000)
    expect((await askHttp2(await h2cSession(gateway.port, cleanup), { ':path': '/public/' })).status).toBe(
      200,
    )
  })

  it('closes a connection with an endless head (CVE-2024-27316)', async () => {
    const { gateway } = await run()
    const client = await openPlainFrames(gateway.port, cleanup)
    client.send(frame('HEADERS', END_STREAM, 1, fieldsOf(PLAIN)))
    for (let i = 0; i < 80; i++)
      client.send(frame('CONTINUATION', 0, 1, literal(`x${i}`, 'a'.repeat(16_000))))
    await waitFor('an end', () =>
      client.isClosed() || client.frames().some((found) => /^(?:RST|GOAWAY)/.test(found)) ? true : undefined,
    )
  })

  it('closes a connection that begins like HTTP/2 and goes on like nothing', async () => {
    const { gateway } = await run()
    const { closedByServer } = await exchange(gateway.port, `${PREFACE}GET / HTTP/1.1\r\n\r\n`, () => false)
    expect(closedByServer).toBe(true)
  })

  it('announces the end to clients when the gateway stops, and lets requests under way end', async () => {
    let finish = (): void => {}
    const app = await startRawUpstream(cleanup, (_, socket) => {
      finish = () => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
    const gateway = await runGateway(gatewayConfig([app.url], { listen: 'h2c: true' }), cleanup)
    const session = await h2cSession(gateway.port, cleanup)
    const answer = askHttp2(session, { ':path': '/public/' })
    await waitFor('the request', () => app.received[0])
    const goaway = new Promise((resolve) => session.once('goaway', resolve))
    const stopped = gateway.service.stop(5_000)
    await goaway
    finish()
    expect((await answer).status).toBe(200)
    await stopped
  })
})

it('a plain listener without `h2c` does not speak HTTP/2', async () => {
  const { gateway } = await run('max_connections: 10')
  const { text } = await exchange(gateway.port, PREFACE, (all) => all.includes('\r\n\r\n'))
  expect(text).toStartWith('HTTP/1.1 505 ')
})
