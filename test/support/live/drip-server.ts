/** A key set that is sent byte by byte and does not end until the test ends it. */
import { createServer, type Socket } from 'node:net'
import type { Cleanup } from './cleanup.ts'
import { listen } from './loopback.ts'

export interface DripServer {
  readonly url: string
  /** Requests that are being answered now. */
  pending(): number
  /** Requests so far. */
  requests(): number
  /** Sends the rest to all that are waiting. */
  finish(): void
}

const DRIP_MS = 20

export async function startDripServer(body: string, cleanup: Cleanup): Promise<DripServer> {
  const waiting = new Map<Socket, number>()
  let requests = 0
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('close', () => waiting.delete(socket))
    socket.once('data', () => {
      requests += 1
      waiting.set(socket, 0)
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
      )
    })
  })
  const drip = setInterval(() => {
    for (const [socket, sent] of waiting) {
      // The last byte is kept for the end.
      if (sent >= body.length - 1) continue
      socket.write(body.charAt(sent))
      waiting.set(socket, sent + 1)
    }
  }, DRIP_MS)
  cleanup.add(() => clearInterval(drip))
  return {
    url: `http://127.0.0.1:${await listen(server, cleanup)}/jwks`,
    pending: () => waiting.size,
    requests: () => requests,
    finish() {
      for (const [socket, sent] of waiting) socket.end(body.slice(sent))
      waiting.clear()
    },
  }
}
