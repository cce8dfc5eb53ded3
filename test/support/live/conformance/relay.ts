/** A TCP relay between a proxy and Warder that can fail as networks and processes do. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Cleanup } from '../cleanup.ts'
import { freePort } from '../loopback.ts'

/** `down`: connections are refused. `silent`: they are accepted, and nothing answers. `foreign`: another program answers 200. */
export type RelayState = 'up' | 'down' | 'silent' | 'foreign'

export interface Relay {
  readonly port: number
  /** Breaks off every connection, and treats new ones so. */
  turn(state: RelayState): Promise<void>
}

const FOREIGN = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

export async function startRelay(targetPort: number, cleanup: Cleanup): Promise<Relay> {
  const port = await freePort()
  const sockets = new Set<Socket>()
  let state: RelayState = 'up'
  let server: Server | undefined
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      server = createServer((near) => {
        keep(near)
        if (state === 'silent') return
        if (state === 'foreign') return void near.on('data', () => near.write(FOREIGN))
        const far = connect(targetPort, '127.0.0.1')
        keep(far)
        near.pipe(far)
        far.pipe(near)
        near.on('close', () => far.destroy())
        far.on('close', () => near.destroy())
      })
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }
  const close = async (): Promise<void> => {
    const closing = server
    server = undefined
    for (const socket of sockets) socket.destroy()
    if (closing !== undefined) await new Promise<void>((resolve) => closing.close(() => resolve()))
  }
  await open()
  cleanup.add(close)
  return {
    port,
    async turn(next) {
      state = next
      await close()
      if (next !== 'down') await open()
    },
  }
}
