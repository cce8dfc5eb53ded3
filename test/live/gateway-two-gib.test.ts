/** 2 GiB each way through the process of a gateway, and the most memory that it ever held meanwhile. */
import { createServer, connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { listen } from '../support/live/loopback.ts'
import { forgetPeak, peakBytes, residentBytes } from '../support/live/process-holdings.ts'
import { startServedGateway, type ServedGateway } from '../support/live/served-gateway.ts'
import { gatewayConfig } from '../support/run-gateway.ts'

const MIB = 1024 ** 2
const SIZE = 2 * 1024 * MIB
// Far above what one transfer keeps until it is collected, far below the body.
const MOST_GROWTH = 128 * MIB
const BLOCK = Buffer.alloc(4 * MIB, 'x')
/** A slow reader takes this much, and then rests for a while. */
const SIP = 8 * MIB
const SIPPED = 512 * MIB
const REST_MS = 20
const OPTIONS = { timeout: 300_000 }

/** Writes so many bytes with back-pressure. */
function pour(socket: Socket, total: number): void {
  let left = total
  const more = (): void => {
    while (left > 0) {
      const block = left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK
      left -= block.length
      if (!socket.write(block)) return
    }
  }
  socket.on('drain', more)
  more()
}

describe.skipIf(process.platform !== 'linux')('2 GiB through a gateway', () => {
  const cleanup = createCleanup()
  let gateway: ServedGateway
  let uploaded = 0

  beforeAll(async () => {
    const server = createServer((socket) => {
      // One request each: it has `Connection: close`.
      socket.on('error', () => socket.destroy())
      socket.once('data', (head: Buffer) => {
        const [, method, size] = /^(\w+) \/public\/(\d+)/.exec(head.toString('latin1')) ?? []
        if (method === 'GET') {
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n`)
          return pour(socket, Number(size))
        }
        uploaded = head.length - head.indexOf('\r\n\r\n') - 4
        const note = (): void => {
          if (uploaded === Number(size))
            socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
        }
        socket.on('data', (chunk: Buffer) => {
          uploaded += chunk.length
          note()
        })
        note()
      })
    })
    const port = await listen(server, cleanup)
    gateway = await startServedGateway(gatewayConfig([`http://127.0.0.1:${port}`], { workers: 1 }), cleanup)
  })
  afterAll(() => cleanup.run())

  const open = (): Socket => {
    const socket = connect(gateway.port, '127.0.0.1')
    cleanup.add(() => socket.destroy())
    return socket
  }
  /** What the gateway's memory has grown by at its peak. */
  const growthOf = async (transfer: () => Promise<unknown>): Promise<number> => {
    const { pid } = gateway.process
    forgetPeak(pid)
    const before = residentBytes(pid)
    await transfer()
    return peakBytes(pid) - before
  }
  /** Resolves when everything has come. */
  const download = (size: number, received: (socket: Socket, total: number) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = open()
      let total = 0
      let headBytes = 0
      socket.on('data', (chunk: Buffer) => {
        if (headBytes === 0) headBytes = chunk.indexOf('\r\n\r\n') + 4
        total += chunk.length
        if (total - headBytes < size) return received(socket, total)
        resolve()
        socket.destroy()
      })
      socket.on('close', () => reject(new Error(`closed after ${total} bytes`)))
      socket.write(`GET /public/${size} HTTP/1.1\r\nHost: a\r\n\r\n`)
    })
  /** Resolves with the status line of the answer. */
  const upload = (size: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = open()
      socket.on('data', (chunk: Buffer) => {
        resolve(chunk.toString('latin1').split('\r\n')[0] ?? '')
        socket.destroy()
      })
      socket.on('close', () => reject(new Error(`closed after ${uploaded} bytes`)))
      socket.write(`PUT /public/${size} HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`)
      pour(socket, size)
    })

  it('is uploaded in constant memory', OPTIONS, async () => {
    const growth = await growthOf(async () => expect(await upload(SIZE)).toBe('HTTP/1.1 200 OK'))
    expect(uploaded).toBe(SIZE)
    expect(growth).toBeLessThan(MOST_GROWTH)
  })

  it('is downloaded in constant memory', OPTIONS, async () => {
    expect(await growthOf(() => download(SIZE, () => {}))).toBeLessThan(MOST_GROWTH)
  })

  it('is held back for a client that reads slowly', OPTIONS, async () => {
    let sips = 0
    const slowly = (socket: Socket, total: number): void => {
      if (total < (sips + 1) * SIP) return
      sips = Math.floor(total / SIP)
      socket.pause()
      setTimeout(() => void socket.resume(), REST_MS)
    }
    expect(await growthOf(() => download(SIPPED, slowly))).toBeLessThan(MOST_GROWTH)
    expect(sips).toBeGreaterThan(20)
  })
})
