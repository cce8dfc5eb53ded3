/** Clients and servers that break off at every point of an exchange, and what the gateway still holds afterwards. */
import { connect, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { listen, waitFor } from '../support/live/loopback.ts'
import { openDescriptors } from '../support/live/process-holdings.ts'
import { ask } from '../support/live/raw-client.ts'
import { startServedGateway, type ServedGateway } from '../support/live/served-gateway.ts'
import { gatewayConfig } from '../support/run-gateway.ts'
import { createTestCa } from '../support/test-ca.ts'

const ROUNDS = 3
const LARGE = 'x'.repeat(300_000)
const CLOSE = 'Connection: close\r\n'
const WEBSOCKET = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
const ACCEPT = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n'

/** What a server does with a request, by the name in its path. */
const SERVERS: Readonly<Record<string, (socket: Socket) => void>> = {
  answers: (socket) => void socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${CLOSE}\r\nok`),
  large: (socket) =>
    void socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE.length}\r\n${CLOSE}\r\n${LARGE}`),
  closes: (socket) => void socket.end(),
  resets: (socket) => void socket.resetAndDestroy(),
  'resets within its head': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-', () => socket.resetAndDestroy())
  },
  'resets within its body': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', () => socket.resetAndDestroy())
  },
  'closes within its chunks': (socket) => {
    socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n')
  },
  upgrades: (socket) =>
    void socket.write(`HTTP/1.1 101 Switching Protocols\r\n${WEBSOCKET}${ACCEPT}\r\nhello`),
  'is silent': () => {},
}

/** What a client does: what it sends, and when it leaves. */
interface Leaver {
  readonly what: string
  readonly send: (path: string) => string
  /** At once when everything is sent, when the first byte has come, or when the gateway has ended the connection. */
  readonly leaves: 'at once' | 'at the first byte' | 'last'
  readonly resets: boolean
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n`
const WHOLE: Leaver = {
  what: 'a last request',
  send: (path) => `${get(path)}${CLOSE}\r\n`,
  leaves: 'last',
  resets: false,
}
const CLIENTS: readonly Leaver[] = [
  WHOLE,
  { what: 'half a head', send: (path) => get(path), leaves: 'at once', resets: false },
  { what: 'a request', send: (path) => `${get(path)}\r\n`, leaves: 'at once', resets: false },
  { what: 'a request', send: (path) => `${get(path)}\r\n`, leaves: 'at once', resets: true },
  { what: 'a request', send: (path) => `${get(path)}\r\n`, leaves: 'at the first byte', resets: true },
  {
    what: 'many requests',
    send: (path) => `${get(path)}\r\n`.repeat(20),
    leaves: 'at the first byte',
    resets: true,
  },
  {
    what: 'half a body',
    send: (path) => `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf`,
    leaves: 'at once',
    resets: true,
  },
  {
    what: 'half a chunk',
    send: (path) => `POST ${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf`,
    leaves: 'at once',
    resets: false,
  },
  {
    what: 'a WebSocket',
    send: (path) => `${get(path)}${WEBSOCKET}${KEY}\r\nhello`,
    leaves: 'at the first byte',
    resets: true,
  },
  {
    what: 'a WebSocket',
    send: (path) => `${get(path)}${WEBSOCKET}${KEY}\r\n`,
    leaves: 'at the first byte',
    resets: false,
  },
]

async function startServer(cleanup: ReturnType<typeof createCleanup>) {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    let head = ''
    socket.on('data', (chunk: Buffer) => {
      if (head.includes('\r\n\r\n')) return
      head += chunk.toString('latin1')
      const [, name = ''] = /^\w+ \/public\/([^ ]*)/.exec(head) ?? []
      if (head.includes('\r\n\r\n')) SERVERS[decodeURIComponent(name)]?.(socket)
    })
  })
  return { url: `http://127.0.0.1:${await listen(server, cleanup)}`, open }
}

/** Resolves when the connection is gone. */
function leave(port: number, isTls: boolean, { send, leaves, resets }: Leaver, name: string): Promise<void> {
  return new Promise((resolve) => {
    const address = { port, host: '127.0.0.1' }
    const socket = isTls ? connectTls({ ...address, rejectUnauthorized: false }) : connect(address)
    const end = (): void => void (resets && !isTls ? socket.resetAndDestroy() : socket.destroy())
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      socket.write(send(`/public/${encodeURIComponent(name)}`), 'latin1', () => {
        if (leaves === 'at once') end()
      })
    })
    socket.on('data', () => {
      if (leaves === 'at the first byte') end()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve())
  })
}

for (const isTls of [false, true]) {
  liveSuite(`a gateway ${isTls ? 'with TLS ' : ''}whose peers break off`, ['openssl'], () => {
    const cleanup = createCleanup()
    let gateway: ServedGateway
    let server: Awaited<ReturnType<typeof startServer>>

    beforeAll(async () => {
      server = await startServer(cleanup)
      const ca = createTestCa()
      cleanup.add(() => ca.remove())
      const { certFile, keyFile } = ca.issue('localhost')
      const tls = { listen: `tls: ${JSON.stringify([{ cert_file: certFile, key_file: keyFile }])}` }
      const upstream = 'response_timeout: 500ms, idle_timeout: 500ms'
      gateway = await startServedGateway(
        gatewayConfig([server.url], { workers: 1, upstream, ...(isTls ? tls : {}) }),
        cleanup,
      )
    })
    afterAll(() => cleanup.run())

    const descriptors = (): number => openDescriptors(gateway.process.pid)

    it.skipIf(process.platform !== 'linux')(
      'serves on, and holds nothing of them',
      { timeout: 60_000 },
      async () => {
        await leave(gateway.port, isTls, WHOLE, 'answers')
        const before = descriptors()
        const all = CLIENTS.flatMap((client) => Object.keys(SERVERS).map((name) => [client, name] as const))
        const rounds = Array.from({ length: ROUNDS }, () => all).flat()
        await Promise.all(rounds.map(([client, name]) => leave(gateway.port, isTls, client, name)))
        // A few are the runtime's own, which it opens when it is busy; one of each exchange would be hundreds.
        const most = before + 8
        await waitFor(`no more than ${most} descriptors`, () => descriptors() <= most || undefined)
        await waitFor('the server to be free', () => server.open.size === 0 || undefined)
        expect(gateway.process.output()).not.toContain('"level":"error"')
        if (!isTls) expect((await ask(gateway.port, { target: '/public/answers' })).body).toBe('ok')
        expect(await gateway.process.stop('SIGTERM')).toBe(0)
      },
    )
  })
}
