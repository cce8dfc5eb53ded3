/** Ports on loopback, and waiting until one answers. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Cleanup } from './cleanup.ts'

const POLL_MS = 10
// No test should pass for it: it ends a wait for what never comes, on however busy a machine.
const GIVE_UP_MS = 60_000

/** Has a server listen on a free port. It ends with the test, and so do its connections. */
export async function listen(server: Server, cleanup: Cleanup): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  cleanup.add(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return portOf(server)
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A port that was free a moment ago, for programs that cannot choose one themselves. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const port = portOf(server)
      server.close(() => resolve(port))
    })
  })
}

/**
 * Asks again and again until the answer is not undefined.
 *
 * @throws Error after a minute, with what was waited for.
 */
export async function waitFor<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const endMs = Date.now() + GIVE_UP_MS
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > endMs) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** Whether a connection to the port of loopback is accepted now. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const settle = (isOpen: boolean): void => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}
