/** A client that sends exactly the bytes it is given, over one connection. */
import { connect } from 'node:net'
import { takeMessage, valuesOf, type HttpMessage } from './http-message.ts'

export interface RawResponse extends HttpMessage {
  readonly status: number
  values(name: string): readonly string[]
}

export interface RawClient {
  /** Of this side. */
  readonly localPort: number
  send(text: string): void
  /** The next answer. @throws Error when the connection ends before it is complete. */
  receive(hasBody?: boolean): Promise<RawResponse>
  /** Resolves when the first byte has come. */
  readonly begun: Promise<void>
  /** Resolves when the other side has closed. */
  readonly ended: Promise<void>
  close(): void
}

/** @param from Own address of the connection. Default: 127.0.0.1. */
export async function openClient(port: number, from = '127.0.0.1'): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from })
  let bytes: Buffer = Buffer.alloc(0)
  let isEnded = false
  let wake = (): void => undefined
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    wake()
  })
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      isEnded = true
      wake()
      resolve()
    }
    socket.on('end', end)
    socket.on('close', end)
    // A reset is an end too; what was received before it counts.
    socket.on('error', end)
  })
  const begun = new Promise<void>((resolve) => void socket.once('data', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return {
    localPort: socket.localPort ?? 0,
    send: (text) => void socket.write(text, 'latin1'),
    async receive(hasBody = true) {
      for (;;) {
        const taken = takeMessage(bytes, hasBody, isEnded)
        if (taken !== undefined) {
          bytes = taken.rest
          return toResponse(taken.message)
        }
        if (isEnded) throw new Error(`the connection ended within an answer: ${bytes.toString('latin1')}`)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    begun,
    ended,
    close: () => void socket.destroy(),
  }
}

export interface RawRequest {
  readonly method?: string
  /** Request target, byte for byte. Default `/`. */
  readonly target?: string
  /** Default `api.example.com`. */
  readonly host?: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
  /** Own address of the connection. Default: 127.0.0.1. */
  readonly from?: string
}

/** The bytes of a request; a body gets its Content-Length. */
export function requestText(request: RawRequest): string {
  const { method = 'GET', target = '/', host = 'api.example.com', headers = [], body } = request
  const length = body === undefined ? [] : [['Content-Length', String(body.length)] as const]
  const lines = [['Host', host] as const, ...headers, ...length].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`
}

/** One request on a connection of its own. */
export async function ask(port: number, request: RawRequest): Promise<RawResponse> {
  const client = await openClient(port, request.from)
  try {
    client.send(requestText(request))
    return await client.receive(request.method !== 'HEAD')
  } finally {
    client.close()
  }
}

function toResponse(message: HttpMessage): RawResponse {
  return {
    ...message,
    status: Number(message.startLine.split(' ')[1]),
    values: (name) => valuesOf(message, name),
  }
}
