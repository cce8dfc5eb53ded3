import { afterEach, describe, expect, it } from 'bun:test'
import { createServer, type Socket } from 'node:net'
import { connect } from 'node:net'
import { createCleanup } from '../../support/live/cleanup.ts'
import { listen, waitFor } from '../../support/live/loopback.ts'
import { openClient } from '../../support/live/raw-client.ts'
import { gatewayConfig, runGateway } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const MIB = 1024 ** 2
const LARGE = 256 * MIB
const BLOCK = Buffer.alloc(MIB, 'x')

/** Accepts connections; the test does the rest. */
async function acceptRaw(accept: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    accept(socket)
  })
  return `http://127.0.0.1:${await listen(server, cleanup)}`
}

/** Writes so many bytes with back-pressure. */
function pour(socket: Socket, total: number): void {
  let left = total
  const more = (): void => {
    while (left > 0) {
      left -= BLOCK.length
      if (!socket.write(BLOCK)) return
    }
  }
  socket.on('drain', more)
  more()
}

describe('a large body', () => {
  // In how much memory is shown with a gateway in a process of its own.
  it('is uploaded whole', async () => {
    let received = 0
    const url = await acceptRaw((socket) => {
      socket.on('data', (chunk: Buffer) => {
        received += chunk.length
        if (received > LARGE) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      })
    })
    const gateway = await runGateway(gatewayConfig([url]), cleanup)
    const client = connect(gateway.port, '127.0.0.1')
    cleanup.add(() => client.destroy())
    let text = ''
    client.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    client.write(`POST /public/ HTTP/1.1\r\nHost: a\r\nContent-Length: ${LARGE}\r\n\r\n`)
    pour(client, LARGE)
    await waitFor('the answer', () => (text.startsWith('HTTP/1.1 200') ? true : undefined))
    expect(received).toBeGreaterThan(LARGE)
  }, 30_000)

  it('is downloaded whole', async () => {
    const url = await acceptRaw((socket) => {
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE}\r\n\r\n`)
        pour(socket, LARGE)
      })
    })
    const gateway = await runGateway(gatewayConfig([url]), cleanup)
    const client = connect(gateway.port, '127.0.0.1')
    cleanup.add(() => client.destroy())
    let received = 0
    client.on('data', (chunk: Buffer) => (received += chunk.length))
    client.write('GET /public/ HTTP/1.1\r\nHost: a\r\n\r\n')
    await waitFor('the body', () => (received > LARGE ? true : undefined))
    expect(received).toBeGreaterThan(LARGE)
  }, 30_000)

  it('stops at the server when its client stops reading', async () => {
    let sent = 0
    const url = await acceptRaw((socket) => {
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE}\r\n\r\n`)
        const more = (): void => {
          do sent += BLOCK.length
          while (sent < LARGE && socket.write(BLOCK))
        }
        socket.on('drain', more)
        more()
      })
    })
    const gateway = await runGateway(gatewayConfig([url], { upstream: 'idle_timeout: 1s' }), cleanup)
    const client = connect(gateway.port, '127.0.0.1')
    cleanup.add(() => client.destroy())
    client.pause()
    client.write('GET /public/ HTTP/1.1\r\nHost: a\r\n\r\n')
    await waitFor('the gateway to give up', () =>
      gateway.lines.find((line) => line['fault'] === 'idle_timeout'),
    )
    expect(sent).toBeLessThan(LARGE / 4)
  }, 30_000)

  it('stops at the client when the server stops reading', async () => {
    const url = await acceptRaw((socket) => void socket.pause())
    const gateway = await runGateway(gatewayConfig([url], { upstream: 'idle_timeout: 1s' }), cleanup)
    const client = connect(gateway.port, '127.0.0.1')
    cleanup.add(() => client.destroy())
    client.on('error', () => undefined)
    client.write(`POST /public/ HTTP/1.1\r\nHost: a\r\nContent-Length: ${LARGE}\r\n\r\n`)
    pour(client, LARGE)
    await waitFor('the gateway to give up', () =>
      gateway.lines.find((line) => line['fault'] === 'response_timeout'),
    )
    expect(client.bytesWritten - client.writableLength).toBeLessThan(LARGE / 4)
  }, 30_000)
})

describe('a client that asks and never reads', () => {
  it('gets no more answers than fit on the way', async () => {
    const body = 'x'.repeat(65_536)
    let answered = 0
    const url = await acceptRaw((socket) => {
      socket.on('data', (chunk: Buffer) => {
        for (const _ of chunk.toString('latin1').matchAll(/GET /g)) {
          answered += 1
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
        }
      })
    })
    const gateway = await runGateway(gatewayConfig([url]), cleanup)
    const client = connect(gateway.port, '127.0.0.1')
    cleanup.add(() => client.destroy())
    client.pause()
    const count = 2_000
    client.write('GET /public/ HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(count))
    let last = -1
    await waitFor('the answers to stop', async () => {
      if (answered > 0 && answered === last) return true
      last = answered
      await new Promise((resolve) => setTimeout(resolve, 200))
      return undefined
    })
    expect(answered).toBeLessThan(count / 4)
    let received = 0
    client.on('data', (chunk: Buffer) => (received += chunk.length))
    client.resume()
    await waitFor('all of them', () => (received > count * body.length && answered === count) || undefined)
  }, 30_000)
})

describe('what takes too long', () => {
  const silent = (): Promise<string> => acceptRaw(() => {})

  it('is 504 when the server does not answer, and the upstream is named in the log alone', async () => {
    const url = await silent()
    const gateway = await runGateway(gatewayConfig([url], { upstream: 'response_timeout: 100ms' }), cleanup)
    const response = await fetch(`${gateway.url}/public/`)
    expect(response.status).toBe(504)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const text = (await response.text()) + JSON.stringify([...response.headers])
    for (const secret of ['"app"', url.slice(7), 'timeout: ']) expect(text).not.toContain(secret)
    expect(gateway.lines.find((line) => line['fault'] === 'response_timeout')).toMatchObject({
      level: 'warn',
      status: 504,
      upstream: 'app',
      server: url,
      route: 'public',
    })
  })

  it('is 504 when the head of the answer comes byte by byte, and never whole', async () => {
    const url = await acceptRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX: ')
      const drip = setInterval(() => void socket.write('x'), 20)
      socket.on('close', () => clearInterval(drip))
    })
    const gateway = await runGateway(gatewayConfig([url], { upstream: 'response_timeout: 200ms' }), cleanup)
    const client = await openClient(gateway.port)
    client.send('GET /public/ HTTP/1.1\r\nHost: a\r\n\r\n')
    expect((await client.receive()).status).toBe(504)
    client.close()
  })

  it('is 408 when the client does not send its body', async () => {
    const gateway = await runGateway(
      gatewayConfig([await silent()], { upstream: 'idle_timeout: 100ms' }),
      cleanup,
    )
    const client = await openClient(gateway.port)
    client.send('POST /public/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab')
    expect((await client.receive()).status).toBe(408)
    await client.ended
  })

  it('is cut off when the server falls silent within its body', async () => {
    const url = await acceptRaw(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab'),
    )
    const gateway = await runGateway(gatewayConfig([url], { upstream: 'idle_timeout: 100ms' }), cleanup)
    const client = await openClient(gateway.port)
    client.send('GET /public/ HTTP/1.1\r\nHost: a\r\n\r\n')
    const ended = await client.receive().catch(String)
    expect(ended).toContain('ended within an answer')
  })

  it('is 504 when the whole takes longer than it may', async () => {
    const options = { upstream: 'total_timeout: 100ms' }
    const gateway = await runGateway(gatewayConfig([await silent()], options), cleanup)
    expect((await fetch(`${gateway.url}/public/`)).status).toBe(504)
    expect(gateway.lines.some((line) => line['fault'] === 'total_timeout')).toBe(true)
  })
})
