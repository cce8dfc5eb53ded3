/** Where a listener of this machine is reached. */
import { formatListenAddress } from '../settings/values/listen-address.ts'
import type { SocketAddress } from '../socket-address.ts'

const EVERY_INTERFACE: ReadonlySet<string> = new Set(['::', '0.0.0.0'])

/** `host:port` or `unix:PATH`; "every interface" can be listened on, but not connected to. */
export const reachableAddress = (address: SocketAddress): string =>
  address.kind === 'tcp' && EVERY_INTERFACE.has(address.host)
    ? `127.0.0.1:${address.port}`
    : formatListenAddress(address)
