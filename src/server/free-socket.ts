/** Unix sockets that another process left behind, or still listens on. */
import { lstatSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { listenError } from '../listen-error.ts'
import type { SocketAddress } from '../socket-address.ts'

/** A listener on this machine answers at once; one that does not is there all the same. */
const CONNECT_WAIT_MS = 1_000

/**
 * Makes room for a listener: a socket file outlives a killed process and is removed. One that somebody listens on
 * is left alone: taking its place would turn a running service's callers over to this one.
 *
 * @throws WarderError ERR_SERVER_LISTEN when the socket is in use.
 */
export async function freeSocket(address: SocketAddress): Promise<void> {
  if (address.kind === 'tcp' || !isSocket(address.path)) return
  if (await isListenedOn(address.path)) {
    throw listenError(address, 'EADDRINUSE')
  }
  rmSync(address.path, { force: true })
}

/** Whether there is a socket; anything else at that path is not ours to remove. */
const isSocket = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true

function isListenedOn(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    const settle = (isOpen: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(isOpen)
    }
    const timer = setTimeout(() => settle(true), CONNECT_WAIT_MS)
    socket.once('connect', () => settle(true))
    // Only a refusal says that nobody is there; a full queue or a missing permission does not.
    socket.once('error', (fault: NodeJS.ErrnoException) =>
      settle(fault.code !== 'ECONNREFUSED' && fault.code !== 'ENOENT'),
    )
  })
}
