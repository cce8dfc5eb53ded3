/** The application behind every proxy: it keeps what arrives, byte for byte, and accepts WebSockets. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import type { Cleanup } from '../cleanup.ts'
import type { ReceivedRequest } from '../echo-app.ts'
import { takeMessage, valuesOf } from '../http-message.ts'
import { listen } from '../loopback.ts'

export interface Application {
  readonly port: number
  /** Everything that arrived, oldest first. */
  readonly received: ReceivedRequest[]
}

export async function startApplication(cleanup: Cleanup): Promise<Application> {
  const received: ReceivedRequest[] = []
  const server = createServer((socket) => {
    let bytes: Buffer = Buffer.alloc(0)
    let isTunnel = false
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      if (isTunnel) return
      bytes = Buffer.concat([bytes, chunk])
      for (;;) {
        const taken = takeMessage(bytes, true, false)
        if (taken === undefined) {
          // Some proxies leave it to the application to ask for the body.
          const waits = /^[^]*\r\nexpect: *100-continue\r\n[^]*\r\n\r\n$/i.test(bytes.toString('latin1'))
          if (waits) socket.write('HTTP/1.1 100 Continue\r\n\r\n')
          return
        }
        bytes = taken.rest
        const [method = '', target = ''] = taken.message.startLine.split(' ')
        const request: ReceivedRequest = {
          ...taken.message,
          method,
          target,
          values: (name) => valuesOf(taken.message, name),
        }
        received.push(request)
        const [key] = request.values('sec-websocket-key')
        isTunnel = key !== undefined && request.values('upgrade').join() === 'websocket'
        socket.write(isTunnel ? switchingProtocols(key ?? '') : answerTo(method))
      }
    })
  })
  return { port: await listen(server, cleanup), received }
}

const answerTo = (method: string): string =>
  `HTTP/1.1 200 From-App\r\nX-From: app\r\nContent-Length: 3\r\n\r\n${method === 'HEAD' ? '' : 'app'}`

// RFC 6455 §4.2.2.
const WEBSOCKET = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const switchingProtocols = (key: string): string => {
  const accept = createHash('sha1').update(`${key}${WEBSOCKET}`).digest('base64')
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`
}
