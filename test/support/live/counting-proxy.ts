/** A TCP relay that counts: how often does the proxy in front open a connection? */
import { connect, createServer, type Socket } from 'node:net'
import type { Cleanup } from './cleanup.ts'

export interface CountingProxy {
  readonly port: number
  /** Connections accepted so far. */
  accepted(): number
  /** What was sent to the target over the latest connection. */
  latestBytes(): Buffer
}

export async function startCountingProxy(targetPort: number, cleanup: Cleanup): Promise<CountingProxy> {
  let accepted = 0
  let latest: Buffer[] = []
  const sockets = new Set<Socket>()
  const track = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  }
  const server = createServer((near) => {
    accepted += 1
    const chunks: Buffer[] = []
    latest = chunks
    near.on('data', (chunk: Buffer) => void chunks.push(chunk))
    const far = connect(targetPort, '127.0.0.1')
    track(near)
    track(far)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup.add(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    accepted: () => accepted,
    latestBytes: () => Buffer.concat(latest),
  }
}
