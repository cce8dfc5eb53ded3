/**
 * What Warder must not be: a decision server that answers at once, keeps the connection, and takes what comes next
 * for the announced body. It shows that the attack of the desync tests works where nothing stops it.
 */
import { createServer } from 'node:net'
import type { Cleanup } from './cleanup.ts'
import { takeMessage, valuesOf } from './http-message.ts'
import { listen } from './loopback.ts'

/** Lets public paths pass, and everything at the endpoint that judges the token alone. */
export async function startNaiveAuthServer(cleanup: Cleanup): Promise<number> {
  const server = createServer((socket) => {
    let bytes: Buffer = Buffer.alloc(0)
    let toSkip = 0
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      for (;;) {
        const skipped = Math.min(toSkip, bytes.length)
        bytes = bytes.subarray(skipped)
        toSkip -= skipped
        const taken = takeMessage(bytes, false, false)
        if (taken === undefined) return
        bytes = taken.rest
        toSkip = Number(valuesOf(taken.message, 'content-length')[0] ?? 0)
        const [url = ''] = valuesOf(taken.message, 'x-original-url')
        const isAllowed = url.includes('/public/') || taken.message.startLine.includes('/v1/auth/token')
        const status = isAllowed ? '200 OK' : '403 Forbidden'
        // The printed text lets nothing pass without the id of a decision.
        socket.write(`HTTP/1.1 ${status}\r\nX-Decision-Id: naive\r\nContent-Length: 0\r\n\r\n`)
      }
    })
  })
  return listen(server, cleanup)
}
