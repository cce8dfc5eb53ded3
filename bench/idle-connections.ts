/** Very many connections that are idle after one answer each. */
import { connect, type Socket } from 'node:net'

/** Opened at once: as many as a backlog of the kernel holds. */
const AT_ONCE = 64

/**
 * Opens connections; each sends `request` and waits for its answer.
 *
 * @param request A whole request for a small answer.
 * @returns How many are still open, and a function that closes them.
 */
export async function openIdle(
  port: number,
  count: number,
  request: string,
): Promise<{ readonly open: () => number; close(): void }> {
  const sockets = new Set<Socket>()
  let started = 0
  const openSome = async (): Promise<void> => {
    while (started < count) {
      started += 1
      await openOne(port, request, sockets)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, openSome))
  return {
    open: () => sockets.size,
    close: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}

function openOne(port: number, request: string, sockets: Set<Socket>): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      sockets.add(socket)
      socket.write(request)
    })
    // The answer is small: with its first bytes the request was served.
    socket.once('data', () => resolve())
    socket.once('error', reject)
    socket.once('close', () => {
      sockets.delete(socket)
      reject(new Error('a connection was closed that should have been kept'))
    })
  })
}
