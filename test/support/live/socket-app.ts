/** An application that speaks WebSocket: it sends every message back, with the identity that came with the handshake. */
import type { Cleanup } from './cleanup.ts'

interface Peer {
  readonly subject: string
}

export function startSocketApp(cleanup: Cleanup): { readonly port: number } {
  const server = Bun.serve<Peer>({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request, server) {
      const data = { subject: request.headers.get('x-auth-subject') ?? 'nobody' }
      return server.upgrade(request, { data }) ? undefined : new Response('WebSocket only', { status: 426 })
    },
    websocket: { message: (socket, text) => void socket.send(`${socket.data.subject}: ${String(text)}`) },
  })
  cleanup.add(() => server.stop(true))
  return { port: server.port ?? 0 }
}
