/** Listen addresses: `host:port`, `:port` for all interfaces, `[::1]:port`, `unix:PATH`. */
import { ok, type Result } from '../../result.ts'
import { refuse, type Problem } from '../problem.ts'
import { quoted } from '../../printable.ts'
import { socketText, type SocketAddress } from '../../socket-address.ts'

/** The host that stands for every interface, of IPv4 as well. */
const ALL_INTERFACES = '::'

const BRACKETED = /^\[([0-9A-Fa-f:.]{2,45})\]:(\d{1,5})$/
const HOST_AND_PORT = /^([A-Za-z0-9.-]{0,253}):(\d{1,5})$/

/** Port 0 lets the system choose. */
export function parseListenAddress(text: string): Result<SocketAddress, Problem> {
  if (text.startsWith('unix:') && text.length > 'unix:'.length && !text.includes('\0')) {
    return ok({ kind: 'unix', path: text.slice('unix:'.length) })
  }
  const [, host, digits] = BRACKETED.exec(text) ?? HOST_AND_PORT.exec(text) ?? []
  const port = Number(digits)
  if (host !== undefined && port <= 65_535) {
    return ok({ kind: 'tcp', host: host === '' ? ALL_INTERFACES : host.toLowerCase(), port })
  }
  const hint = 'write host:port, [IPv6]:port, :port for all interfaces, or unix:/path/to/socket'
  return refuse('ERR_CONFIG_ADDRESS', `${quoted(text)} is not a listen address`, hint)
}

/** The spelling that {@link parseListenAddress} reads back. */
export function formatListenAddress(address: SocketAddress): string {
  const isForAll = address.kind === 'tcp' && address.host === ALL_INTERFACES
  return isForAll ? `:${address.port}` : socketText(address)
}

/** Where this machine reaches a listener: every interface can be listened on, but not connected to. */
export const reachableAddress = (address: SocketAddress): string =>
  address.kind === 'tcp' && isEveryInterface(address.host) ? `127.0.0.1:${address.port}` : socketText(address)

/** Whether only this machine can connect. A host name other than `localhost` may resolve to anything. */
export function isLoopback(address: SocketAddress): boolean {
  if (address.kind === 'unix') return true
  return address.host === 'localhost' || address.host === '::1' || /^127(\.\d{1,3}){3}$/.test(address.host)
}

/** Whether two listeners would fight for one socket. */
export function isSameAddress(a: SocketAddress, b: SocketAddress): boolean {
  if (a.kind === 'unix' || b.kind === 'unix')
    return a.kind === b.kind && formatListenAddress(a) === formatListenAddress(b)
  if (a.port !== b.port || a.port === 0) return false
  return a.host === b.host || isEveryInterface(a.host) || isEveryInterface(b.host)
}

const isEveryInterface = (host: string): boolean => host === ALL_INTERFACES || host === '0.0.0.0'
