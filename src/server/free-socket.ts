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
  if (await isListenedOn(address)) throw listenError(address, 'EADDRINUSE')
  rmSync(address.path, { force: true })
}

/** Warder removes nothing else at that path. */
const isSocket = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true

/** Whether a process of this machine listens there, or may. */
export function isListenedOn(address: SocketAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address.kind === 'unix' ? { path: address.path } : reachable(address))
    const settle = (isOpen: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(isOpen)
    }
    const timer = setTimeout(() => settle(true), CONNECT_WAIT_MS)
    socket.once('connect', () => settle(true))
    // Only a refusal means that no process listens; a full queue or a missing permission does not. At an address that
    // this machine does not have, nothing listens either.
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => settle(!NOBODY_LISTENS.has(code)))
  })
}

const NOBODY_LISTENS: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'EADDRNOTAVAIL',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENOTFOUND',
])

/** What listens on all addresses is reached by loopback. */
const reachable = ({ host, port }: Extract<SocketAddress, { readonly kind: 'tcp' }>) => ({
  host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host,
  port,
})
