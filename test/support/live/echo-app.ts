/** The application behind the proxy: it notes what it received, byte for byte, and answers. */
import { createServer } from 'node:net'
import type { Cleanup } from './cleanup.ts'
import { takeMessage, valuesOf, type HttpMessage } from './http-message.ts'
import { listen } from './loopback.ts'

export interface ReceivedRequest extends HttpMessage {
  readonly method: string
  readonly target: string
  values(name: string): readonly string[]
}

export interface EchoApp {
  readonly port: number
  /** Everything that reached the application, oldest first. */
  readonly received: ReceivedRequest[]
}

/** Answers 200, or the status and challenge that a path like `/answer/401` asks for. */
export async function startEchoApp(cleanup: Cleanup): Promise<EchoApp> {
  const received: ReceivedRequest[] = []
  const server = createServer((socket) => {
    let bytes: Buffer = Buffer.alloc(0)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      for (
        let taken = takeMessage(bytes, true, false);
        taken !== undefined;
        taken = takeMessage(bytes, true, false)
      ) {
        bytes = taken.rest
        const request = toRequest(taken.message)
        received.push(request)
        socket.write(answerTo(request))
      }
    })
  })
  return { port: await listen(server, cleanup), received }
}

function toRequest(message: HttpMessage): ReceivedRequest {
  const [method = '', target = ''] = message.startLine.split(' ')
  return { ...message, method, target, values: (name) => valuesOf(message, name) }
}

function answerTo({ method, target }: ReceivedRequest): string {
  const status = /^\/answer\/(\d{3})/.exec(target)?.[1] ?? '200'
  const challenge = status === '401' ? 'WWW-Authenticate: App realm="app"\r\n' : ''
  const body = `app ${status}`
  return `HTTP/1.1 ${status} From-App\r\n${challenge}Content-Length: ${body.length}\r\n\r\n${method === 'HEAD' ? '' : body}`
}
