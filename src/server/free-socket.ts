/** Removes the unix socket of a killed process. */
import { lstatSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { listenError } from '../listen-error.ts'
import type { SocketAddress } from '../socket-address.ts'

/** A listener on this machine answers at once. A slower one still counts as in use. */
const CONNECT_WAIT_MS = 1_000

/**
 * Frees the path of a listener: the file of a socket outlives a killed process. A socket in use is never replaced,
 * because the callers of a running service would then reach this one.
 *
 * @throws WarderError ERR_SERVER_LISTEN when the socket is in use.
 */
export async function freeSocket(address: SocketAddress): Promise<void> {
  if (address.kind === 'tcp' || !isSocket(address.path)) return
  if (await isListenedOn(address.path)) throw listenError(address, 'EADDRINUSE')
  rmSync(address.path, { force: true })
}

/** Warder removes nothing else at that path. */
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
    // Only a refusal means that no process listens; a full queue or a missing permission does not.
    socket.once('error', (fault: NodeJS.ErrnoException) =>
      settle(fault.code !== 'ECONNREFUSED' && fault.code !== 'ENOENT'),
    )
  })
}
