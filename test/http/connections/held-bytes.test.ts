import { afterEach, describe, expect, it } from 'bun:test'
import { connect, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { createHeldBytes, type Overload } from '../../../src/http/connections/held-bytes.ts'
import { runHttp2Gateway } from '../../support/http2-client.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { listen, waitFor } from '../../support/live/loopback.ts'
import { ask, openClient } from '../../support/live/raw-client.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** More than the sockets of one connection take in. */
const LARGE = Buffer.alloc(16 * 1024 ** 2)
const NEVER = { add() {}, remove() {}, close() {} }
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A budget of 100 bytes whose connections are names, and what becomes of them. */
function nameBudget() {
  const destroyed: string[] = []
  const reports: Overload[] = []
  let collections = 0
  const held = createHeldBytes(
    () => 100,
    (overload) => reports.push(overload),
    NEVER,
    () => (collections += 1),
  )
  return {
    destroyed,
    reports,
    collections: () => collections,
    total: () => held.total,
    open: (peer: string, name: string) => held.open(peer, () => void destroyed.push(name)),
  }
}

describe('the bytes that connections hold', () => {
  it('are counted as they come and go, and with the connection', () => {
    const { open, total } = nameBudget()
    const [a, b] = [open('1', 'a'), open('2', 'b')]
    a.add(30)
    b.add(20)
    a.add(-10)
    expect(total()).toBe(40)
    a.close()
    a.add(-20)
    a.add(50)
    expect(total()).toBe(20)
  })

  it('close no connection within the budget', async () => {
    const { open, destroyed } = nameBudget()
    open('1', 'a').add(100)
    await turn()
    expect(destroyed).toEqual([])
  })

  it('above the budget close connections of the address that holds the most, the largest first', async () => {
    const { open, destroyed, reports, total } = nameBudget()
    open('honest', 'download').add(40)
    const many = ['a', 'b', 'c', 'd'].map((name) => open('flood', name))
    for (const [i, account] of many.entries()) account.add(14 + i)
    await turn()
    expect(destroyed).toEqual(['d'])
    expect(total()).toBe(85)
    expect(reports).toEqual([{ heldBytes: 85, closed: 1 }])
  })

  it('close one connection after the other until an eighth of the budget is free', async () => {
    const { open, destroyed, total } = nameBudget()
    for (let i = 0; i < 40; i++) open(`peer ${i}`, String(i)).add(3)
    await turn()
    expect(destroyed).toHaveLength(11)
    expect(total()).toBe(87)
  })

  it('close connections above the budget though little was held since the last collection', async () => {
    const { open, destroyed } = nameBudget()
    const account = open('1', 'a')
    account.add(96)
    await turn()
    account.add(5)
    await turn()
    expect(destroyed).toEqual(['a'])
  })

  it('have what was let go of collected only when the budget is strained', async () => {
    const { open, collections } = nameBudget()
    const account = open('1', 'a')
    for (let i = 0; i < 50; i++) {
      account.add(50)
      account.add(-50)
    }
    await turn()
    expect(collections()).toBe(0)
    account.add(60)
    await turn()
    expect(collections()).toBe(1)
  })
})

const HALF_HEAD = `GET /public/ HTTP/1.1\r\nHost: a\r\n${`X-A: ${'y'.repeat(9_000)}\r\n`.repeat(10)}`

/** Connections that were sent this, and how many of them are gone. */
function flood(port: number, count: number, text: string): { readonly closed: () => number } {
  let closed = 0
  for (let i = 0; i < count; i++) {
    const socket: Socket = connect(port, '127.0.0.1')
    cleanup.add(() => void socket.destroy())
    socket.pause()
    socket.on('error', () => {})
    socket.on('close', () => (closed += 1))
    socket.write(text)
  }
  return { closed: () => closed }
}

const OPTIONS = { listen: 'max_held_bytes: 1MiB' }
const fullLine = (lines: readonly Record<string, unknown>[]) =>
  waitFor('the line', () => lines.find(({ event }) => event === 'memory_full'))

describe('a gateway whose clients have it hold more than `max_held_bytes`', () => {
  it('closes those with unfinished heads, and serves others', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([app.url], OPTIONS), cleanup)
    const clients = flood(gateway.port, 30, HALF_HEAD)
    await waitFor('ends', () => (clients.closed() > 15 ? true : undefined))
    expect(await fullLine(gateway.lines)).toMatchObject({ level: 'warn', closed: expect.any(Number) })
    expect((await ask(gateway.port, { target: '/public/' })).status).toBe(200)
    expect(clients.closed()).toBeLessThan(30)
  })

  it('closes those whose answers wait to be read', async () => {
    const app = await startRawUpstream(cleanup, (_, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE.length}\r\n\r\n`)
      socket.write(LARGE)
    })
    const gateway = await runGateway(gatewayConfig([app.url], OPTIONS), cleanup)
    flood(gateway.port, 20, 'GET /public/ HTTP/1.1\r\nHost: a\r\n\r\n')
    await fullLine(gateway.lines)
  })

  it('closes those whose bodies the server does not read', async () => {
    const server = createServer({ pauseOnConnect: true })
    const port = await listen(server, cleanup)
    const gateway = await runGateway(gatewayConfig([`http://127.0.0.1:${port}`], OPTIONS), cleanup)
    const head = `POST /public/ HTTP/1.1\r\nHost: a\r\nContent-Length: ${64 * 1024 ** 2}\r\n\r\n`
    flood(gateway.port, 20, `${head}${'x'.repeat(8 * 1024 ** 2)}`)
    await fullLine(gateway.lines)
  })

  it('counts a whole head for as long as its request is under way, and no longer', async () => {
    const app = await startRawUpstream(cleanup, () => {})
    const gateway = await runGateway(gatewayConfig([app.url], OPTIONS), cleanup)
    flood(gateway.port, 30, `${HALF_HEAD}\r\n`)
    await fullLine(gateway.lines)
    const ended = await waitFor('the end of a request', () =>
      gateway.lines.find(({ fault }) => fault === 'client_closed'),
    )
    expect(ended['detail']).toBe('closed to free memory')
    const quick = await startRawUpstream(cleanup)
    const other = await runGateway(gatewayConfig([quick.url], OPTIONS), cleanup)
    const client = await openClient(other.port)
    for (let i = 0; i < 40; i++) {
      client.send(`${HALF_HEAD}\r\n`)
      expect((await client.receive()).status).toBe(200)
    }
    client.close()
    expect(other.lines.some(({ event }) => event === 'memory_full')).toBe(false)
  })
})

describe('a request under way', () => {
  const fields = Array.from({ length: 95 }, (_, i) => `X-${i}: y\r\n`).join('')

  it('is charged for what its fields and the exchange take up beside their bytes', async () => {
    const app = await startRawUpstream(cleanup, () => {})
    const gateway = await runGateway(gatewayConfig([app.url], OPTIONS), cleanup)
    // 880 bytes each, but 40 KiB of memory.
    const clients = flood(gateway.port, 60, `GET /public/ HTTP/1.1\r\nHost: a\r\n${fields}\r\n`)
    await fullLine(gateway.lines)
    await waitFor('ends', () => clients.closed() > 0 || undefined)
  })

  it('is charged for itself if it has hardly any fields', async () => {
    const app = await startRawUpstream(cleanup, () => {})
    const gateway = await runGateway(gatewayConfig([app.url], OPTIONS), cleanup)
    flood(gateway.port, 200, 'GET /public/ HTTP/1.1\r\nHost: a\r\n\r\n')
    await fullLine(gateway.lines)
  })
})

liveSuite('a gateway with HTTP/2 whose clients have it hold too much', ['openssl'], () => {
  it('closes the connection whose streams are not read', async () => {
    const app = await startRawUpstream(cleanup, (_, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE.length}\r\n\r\n`)
      socket.write(LARGE)
    })
    const gateway = await runHttp2Gateway([app.url], cleanup, OPTIONS)
    const session = await gateway.session()
    let isClosed = false
    session.on('close', () => (isClosed = true))
    for (let i = 0; i < 50; i++) {
      const stream = session.request({ ':path': '/public/', ':authority': 'api.example.com' })
      stream.pause()
      stream.on('error', () => {})
    }
    await waitFor('the end', () => isClosed || undefined)
    await fullLine(gateway.lines)
  })

  it('counts what requests under way take up beside their bytes', async () => {
    const app = await startRawUpstream(cleanup, () => {})
    const gateway = await runHttp2Gateway([app.url], cleanup, OPTIONS)
    const session = await gateway.session()
    const fields = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`x-${i}`, 'y']))
    for (let i = 0; i < 60; i++)
      session
        .request({ ':path': '/public/', ':authority': 'api.example.com', ...fields })
        .on('error', () => {})
    await fullLine(gateway.lines)
  })

  it('counts what a client of HTTP/1.1 over TLS does not read', async () => {
    const app = await startRawUpstream(cleanup, (_, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE.length}\r\n\r\n`)
      socket.write(LARGE)
    })
    const gateway = await runHttp2Gateway([app.url], cleanup, OPTIONS)
    for (let i = 0; i < 20; i++) {
      const socket = connectTls(
        { host: '127.0.0.1', port: gateway.port, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] },
        () => {
          socket.write('GET /public/ HTTP/1.1\r\nHost: a\r\n\r\n')
          socket.pause()
        },
      )
      socket.on('error', () => {})
      cleanup.add(() => void socket.destroy())
    }
    await fullLine(gateway.lines)
  })
})
