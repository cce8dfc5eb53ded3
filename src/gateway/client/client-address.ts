/** Who asks, and by which address: from the socket, or from a proxy that is trusted to say. */
import { BlockList, isIPv6 } from 'node:net'
import { valuesOf, type HeaderField } from '../http/header-fields.ts'

/** What the application is told of the way that a request took. */
export interface ForwardedFields {
  readonly forwardedFor: string
  readonly proto: 'http' | 'https'
  readonly host: string
  readonly forwarded: string
}

/** Whether a peer is a trusted proxy; the empty string is one on a unix socket. */
export type IsTrusted = (peer: string) => boolean

/** @param networks Addresses, networks in CIDR form, and `unix`; they were checked with the configuration. */
export function compileTrusted(networks: readonly string[]): IsTrusted {
  if (networks.length === 0) return () => false
  const list = new BlockList()
  for (const network of networks.filter((one) => one !== UNIX)) {
    const [address = '', bits] = network.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  const trustsUnix = networks.includes(UNIX)
  return (peer) => (peer === '' ? trustsUnix : list.check(peer, isIPv6(peer) ? 'ipv6' : 'ipv4'))
}

const UNIX = 'unix'

/** What stands for a peer without an address (RFC 7239 §6.3). */
export const UNKNOWN_PEER = 'unknown'

/** IPv4 in its own form, though the socket listens on both families. */
export const plainAddress = (peer: string): string => (peer.startsWith('::ffff:') ? peer.slice(7) : peer)

/** @param authority `Host` as the client sent it, valid. */
export function forwardedFields(
  fields: readonly HeaderField[],
  peer: string,
  isTrusted: boolean,
  socketProto: 'http' | 'https',
  authority: string,
): ForwardedFields {
  const from = peer === '' ? UNKNOWN_PEER : peer
  const told = (name: string): string => (isTrusted ? valuesOf(fields, name).join(', ') : '')
  const chain = told('x-forwarded-for')
  const toldProto = told('x-forwarded-proto')
  const proto = toldProto === 'http' || toldProto === 'https' ? toldProto : socketProto
  const host = told('x-forwarded-host') || authority
  const elements = told('forwarded')
  const own = `for=${nodeText(from)};host=${quoted(authority)};proto=${socketProto}`
  return {
    forwardedFor: chain === '' ? from : `${chain}, ${from}`,
    proto,
    host,
    forwarded: elements === '' ? own : `${elements}, ${own}`,
  }
}

// RFC 7239 §6: an IPv6 address stands in brackets, and so in quotes.
const nodeText = (address: string): string => (address.includes(':') ? `"[${address}]"` : address)
const quoted = (text: string): string => (/^[A-Za-z0-9._-]+$/.test(text) ? text : `"${text}"`)
