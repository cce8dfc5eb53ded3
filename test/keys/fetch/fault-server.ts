/** A server of plain sockets that can lie at every byte. */
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

/** What the server does with a connection. */
export interface Behaviour {
  /** As soon as it is there, before anything was asked. */
  readonly onConnect?: (socket: Socket) => void
  /** When the head of the request is there. */
  readonly onRequest?: (socket: Socket, head: string) => void
}

export interface FaultServer {
  readonly url: string
  behaviour: Behaviour
  /** Connections so far: one for each fetch. */
  readonly connections: () => number
  /** Heads of the requests so far. */
  readonly heads: readonly string[]
  /** Bytes that were handed to the kernel so far. */
  readonly bytesSent: () => number
  /** Stops listening: connections are refused. */
  close(): Promise<void>
  /** Listens again, on the same port. */
  reopen(): Promise<void>
}

export async function startFaultServer(): Promise<FaultServer> {
  const heads: string[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  let bytesSent = 0
  let port = 0
  let server: Server | undefined

  const onSocket = (socket: Socket): void => {
    connections += 1
    sockets.add(socket)
    let head = ''
    socket.on('error', () => undefined)
    socket.on('close', () => {
      bytesSent += socket.bytesWritten
      sockets.delete(socket)
    })
    faults.behaviour.onConnect?.(socket)
    socket.on('data', (chunk) => {
      if (head.includes('\r\n\r\n')) return
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      heads.push(head)
      faults.behaviour.onRequest?.(socket, head)
    })
  }
  const listen = async (): Promise<void> => {
    const next = createServer(onSocket)
    await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve))
    port = (next.address() as AddressInfo).port
    server = next
  }

  const faults: FaultServer = {
    get url() {
      return `http://127.0.0.1:${port}/jwks`
    },
    behaviour: {},
    connections: () => connections,
    heads,
    bytesSent: () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, bytesSent),
    async close() {
      const closing = new Promise((resolve) => server?.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closing
    },
    reopen: listen,
  }
  await listen()
  return faults
}

/** A head with these fields; the connection is always closed by the server. */
export const head = (status: string, ...fields: readonly string[]): string =>
  [`HTTP/1.1 ${status}`, ...fields, 'Connection: close', '', ''].join('\r\n')

/** A whole answer with its true length. */
export const whole = (status: string, body: string | Uint8Array, ...fields: readonly string[]): Uint8Array =>
  Buffer.concat([
    Buffer.from(head(status, ...fields, `Content-Length: ${Buffer.byteLength(body)}`)),
    Buffer.from(body),
  ])

/** Answers with these bytes and closes. */
export const send = (...parts: readonly (string | Uint8Array)[]): Behaviour => ({
  onRequest: (socket) => void socket.end(Buffer.concat(parts.map((part) => Buffer.from(part)))),
})

/** Answers with these bytes and resets the connection once they are on their way. */
export const sendAndReset = (bytes: string): Behaviour => ({
  onRequest: (socket) => void socket.write(bytes, () => socket.resetAndDestroy()),
})

/** Answers with these bytes, and then nothing, for as long as the other side waits. */
export const sendAndStall = (bytes: string): Behaviour => ({
  onRequest: (socket) => void (bytes !== '' && socket.write(bytes)),
})

/** Answers with `first` and then `again`, as long as the other side reads. */
export const sendEndless = (first: string, again: string, limitBytes: number): Behaviour => ({
  onRequest(socket) {
    const pump = (): void => {
      while (!socket.destroyed && socket.bytesWritten < limitBytes) {
        if (!socket.write(again)) return void socket.once('drain', pump)
      }
      socket.end()
    }
    socket.write(first)
    pump()
  },
})

/** Answers byte by byte, with a turn of the event loop after each. */
export const drip = (bytes: string): Behaviour => ({
  onRequest(socket) {
    const next = (index: number): void => {
      if (socket.destroyed || index >= bytes.length) return
      socket.write(bytes.slice(index, index + 1), () => setImmediate(() => next(index + 1)))
    }
    next(0)
  },
})

/** The chunked coding of a body. */
export const chunked = (...parts: readonly string[]): string =>
  `${parts.map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`
