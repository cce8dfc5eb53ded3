/** A TCP relay that counts: how often does the proxy in front open a connection? */
import { connect, createServer } from 'node:net'
import type { Cleanup } from './cleanup.ts'
import { listen } from './loopback.ts'

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
  const server = createServer((near) => {
    accepted += 1
    const chunks: Buffer[] = []
    latest = chunks
    near.on('data', (chunk: Buffer) => void chunks.push(chunk))
    const far = connect(targetPort, '127.0.0.1')
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
    near.on('close', () => far.destroy())
    near.pipe(far)
    far.pipe(near)
  })
  return {
    port: await listen(server, cleanup),
    accepted: () => accepted,
    latestBytes: () => Buffer.concat(latest),
  }
}
