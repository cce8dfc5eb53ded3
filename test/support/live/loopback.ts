/** Ports on loopback, and waiting until one answers. */
import { randomInt } from 'node:crypto'
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
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

// Below the ports that systems give to connections and to listeners on port 0: other tests of the run, and clients,
// get none of these, so that a port is still free when a program listens on it a moment later.
const FIRST_PORT = 10_000
const PORTS = 20_000
let lastPort = FIRST_PORT + randomInt(PORTS)

/** A port that was free a moment ago, for programs that cannot choose one themselves; another one at each call. */
export async function freePort(): Promise<number> {
  for (;;) {
    lastPort = FIRST_PORT + ((lastPort - FIRST_PORT + 1) % PORTS)
    if (await canListen(lastPort)) return lastPort
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
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
