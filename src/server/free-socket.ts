/** Removes the unix socket that a killed process left behind. */
import { lstatSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { listenError } from '../listen-error.ts'
import type { SocketAddress } from '../socket-address.ts'

/** A listener on this machine answers at once. One that does not within this time is there all the same. */
const CONNECT_WAIT_MS = 1_000

/**
 * Frees the path of a listener: the file of a socket outlives a killed process. A socket that somebody listens on is
 * left alone: replacing it would turn a running service's callers over to this one.
 *
 * @throws WarderError ERR_SERVER_LISTEN when the socket is in use.
 */
export async function freeSocket(address: SocketAddress): Promise<void> {
  if (address.kind === 'tcp' || !isSocket(address.path)) return
  if (await isListenedOn(address.path)) throw listenError(address, 'EADDRINUSE')
  rmSync(address.path, { force: true })
}

/** Anything else at that path is not Warder's to remove. */
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
    // Only a refusal means that nobody listens; a full queue or a missing permission does not.
    socket.once('error', (fault: NodeJS.ErrnoException) =>
      settle(fault.code !== 'ECONNREFUSED' && fault.code !== 'ENOENT'),
    )
  })
}
