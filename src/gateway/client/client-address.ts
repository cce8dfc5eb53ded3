/** The client's address and what the application learns about it: from the socket, or from a trusted proxy. */
import { isIPv6 } from 'node:net'
import { parseClientAddress } from '../../syntax/client-address.ts'
import { networkOf } from '../../syntax/ip-address.ts'
import { valuesOf, type HeaderField } from '../../http/messages/header-fields.ts'
import type { IsTrusted } from '../../http/sockets/peer-networks.ts'

/** What the application learns about the way of a request. */
export type ForwardedFields = ReturnType<typeof forwardedFields>

/** What stands for a peer without an address (RFC 7239 §6.3). */
const UNKNOWN_PEER = 'unknown'

/**
 * @param isTrusted Undefined if the peer is not a trusted proxy.
 * @param authority `Host` as the client sent it, valid; empty if it sent none.
 */
export function forwardedFields(
  fields: readonly HeaderField[],
  peer: string,
  isTrusted: IsTrusted | undefined,
  socketProto: 'http' | 'https',
  authority: string,
) {
  const from = peer === '' ? UNKNOWN_PEER : peer
  const trusted = (name: string): string => (isTrusted === undefined ? '' : valuesOf(fields, name).join(', '))
  const chain = trusted('x-forwarded-for')
  const trustedProto = trusted('x-forwarded-proto')
  const proto = trustedProto === 'http' || trustedProto === 'https' ? trustedProto : socketProto
  const host = trusted('x-forwarded-host') || authority
  const elements = trusted('forwarded')
  const ownHost = authority === '' ? '' : `host=${quoted(authority)};`
  const own = `for=${nodeText(from)};${ownHost}proto=${socketProto}`
  const forwardedFor = chain === '' ? from : `${chain}, ${from}`
  return {
    forwardedFor,
    /** The client's address alone; empty if it is unknown. */
    realIp: isTrusted === undefined ? peer : clientAddress(forwardedFor, isTrusted),
    proto,
    host,
    forwarded: elements === '' ? own : `${elements}, ${own}`,
  }
}

// RFC 7239 §6: an IPv6 address stands in brackets, and so in quotes.
const nodeText = (address: string): string => (address.includes(':') ? `"[${address}]"` : address)
const quoted = (text: string): string => (/^[A-Za-z0-9._-]+$/.test(text) ? text : `"${text}"`)

/**
 * The last address of `X-Forwarded-For` that is not a trusted proxy's: whatever precedes it was written by the client.
 * If that element is not an address, the address of the proxy that wrote it. Empty if there is no address at all.
 *
 * @param forwardedFor As it is written for the upstream: with the peer at its end.
 */
function clientAddress(forwardedFor: string, isTrusted: IsTrusted): string {
  let client = ''
  let end = forwardedFor.length
  // Only Warder writes the last element, so no client can forge it.
  if (isTrusted('') && forwardedFor.endsWith(`, ${UNKNOWN_PEER}`)) end -= UNKNOWN_PEER.length + 2
  while (end >= 0) {
    const comma = forwardedFor.lastIndexOf(',', end - 1)
    const address = parseClientAddress(forwardedFor.slice(comma + 1, end).trim())
    if (address === undefined) break
    client = address
    if (!isTrusted(address) || comma < 0) break
    end = comma
  }
  return client
}

/** The client's address; for IPv6 its network of 64 bits, since one client has all addresses of it. */
export function clientOf(forwardedFor: string, isTrusted: IsTrusted): string {
  const client = clientAddress(forwardedFor, isTrusted)
  return isIPv6(client) ? networkOf(client) : client || UNKNOWN_PEER
}
