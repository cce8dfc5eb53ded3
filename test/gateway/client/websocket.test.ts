import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { openClient } from '../../support/live/raw-client.ts'
import { mint } from '../../support/mint.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../../support/run-gateway.ts'
import { loadOrThrow } from '../../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

interface Closed {
  readonly code: number
  readonly reason: string
}

interface Peer {
  readonly subject: string | null
  readonly cookie: string | null
}

/** Echoes with the subject; `bye` makes it close with 4001. */
function startSocketApp(closes: Closed[]): string {
  const server = Bun.serve<Peer>({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request, server) {
      const { headers } = request
      const data = { subject: headers.get('x-auth-subject'), cookie: headers.get('cookie') }
      const protocol = headers.get('sec-websocket-protocol')?.includes('chat.v2') === true
      const answer = protocol ? { 'Sec-WebSocket-Protocol': 'chat.v2' } : {}
      return server.upgrade(request, { data, headers: answer })
        ? undefined
        : new Response('WebSocket only', { status: 426 })
    },
    websocket: {
      message(socket, message) {
        if (message === 'bye') socket.close(4001, 'done')
        else if (typeof message === 'string') socket.send(`${socket.data.subject}: ${message}`)
        else socket.send(message)
      },
      close: (_, code, reason) => void closes.push({ code, reason }),
    },
  })
  cleanup.add(() => server.stop(true))
  return `http://127.0.0.1:${server.port}`
}

const start = async () => {
  const closes: Closed[] = []
  const gateway = await runGateway(
    gatewayConfig([startSocketApp(closes)], { sources: '[{ cookie: at }, { header: Authorization }]' }),
    cleanup,
  )
  return { closes, gateway }
}

function open(url: string, headers: Record<string, string>, protocols?: string[]): Promise<WebSocket> {
  const options = { headers, ...(protocols === undefined ? {} : { protocols }) }
  const socket = new WebSocket(url.replace('http', 'ws'), options)
  cleanup.add(() => socket.close())
  socket.binaryType = 'arraybuffer'
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(socket))
    socket.addEventListener('error', () => reject(new Error('no WebSocket')))
  })
}

const nextMessage = (socket: WebSocket): Promise<unknown> =>
  new Promise((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve(data), { once: true })
  })

describe('a WebSocket through the gateway', () => {
  const token = mint({ scope: 'orders:read' })
  const cookie = { Cookie: `at=${token}` }

  it('is judged, and carries messages both ways with the identity of its handshake', async () => {
    const { gateway } = await start()
    const socket = await open(`${gateway.url}/orders/live`, cookie)
    for (const text of ['one', 'two']) {
      const message = nextMessage(socket)
      socket.send(text)
      expect(await message).toBe(`alice: ${text}`)
    }
  })

  it('lives on by the configuration of its handshake when there is another one', async () => {
    const { gateway } = await start()
    const socket = await open(`${gateway.url}/orders/live`, cookie)
    const config = gatewayConfig(['http://127.0.0.1:1']).replace('orders:read', 'orders:write')
    gateway.service.swap(await loadOrThrow(config))
    const message = nextMessage(socket)
    socket.send('one')
    expect(await message).toBe('alice: one')
    expect(await open(`${gateway.url}/orders/live`, cookie).catch(() => 'refused')).toBe('refused')
  })

  it('carries a message of a megabyte', async () => {
    const { gateway } = await start()
    const socket = await open(`${gateway.url}/public/live`, {})
    const bytes = new Uint8Array(1_048_576).fill(7)
    const message = nextMessage(socket)
    socket.send(bytes)
    expect(Buffer.from((await message) as ArrayBuffer).equals(Buffer.from(bytes))).toBe(true)
  })

  it('agrees on a subprotocol', async () => {
    const { gateway } = await start()
    const socket = await open(`${gateway.url}/orders/live`, cookie, ['chat.v1', 'chat.v2'])
    expect(socket.protocol).toBe('chat.v2')
  })

  it('brings close codes from the server to the client', async () => {
    const { gateway } = await start()
    const socket = await open(`${gateway.url}/orders/live`, cookie)
    const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve))
    socket.send('bye')
    expect(await closed).toMatchObject({ code: 4001, reason: 'done' })
  })

  it('brings close codes from the client to the server', async () => {
    const { gateway, closes } = await start()
    const socket = await open(`${gateway.url}/orders/live`, cookie)
    socket.close(4002, 'leaving')
    expect(await waitFor('the server to hear of it', () => closes[0])).toEqual({
      code: 4002,
      reason: 'leaving',
    })
    await waitFor('the log line', () => gateway.lines.find((line) => line['status'] === 101))
  })

  it('is refused without a token, before the server hears of it', async () => {
    const { gateway, closes } = await start()
    expect(await open(`${gateway.url}/orders/live`, {}).catch(String)).toContain('no WebSocket')
    expect(closes).toEqual([])
    expect(gateway.lines.filter((line) => line['event'] === 'decision')).toMatchObject([
      { reason: 'token_missing' },
    ])
  })

  const lies: readonly (readonly [what: string, request: string, answer: string])[] = [
    [
      'a wrong Sec-WebSocket-Accept',
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n',
    ],
    [
      'no upgrade asked for',
      '',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
    ],
    [
      'h2c asked for',
      'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    ],
  ]
  for (const [what, request, answer] of lies) {
    it(`is not opened when the server answers ${what}`, async () => {
      const app = await startRawUpstream(cleanup, (_, socket) => void socket.write(answer))
      const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
      const client = await openClient(gateway.port)
      client.send(`GET /public/ HTTP/1.1\r\nHost: a\r\n${request}\r\n`)
      expect((await client.receive()).status).toBe(502)
      client.close()
    })
  }
})
