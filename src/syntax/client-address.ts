/** Addresses as proxies write them, in `X-Forwarded-For` and the like. */
import { formatIpv6, parseIpv6 } from './ip-address.ts'

/** Longer than any address with its zone, brackets and port: a flood of long values costs no more than a short one. */
const MAX_LENGTH = 80

const OCTET = String.raw`(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])`
const IPV4 = new RegExp(String.raw`^((?:${OCTET}\.){3}${OCTET})(?::\d{1,5})?$`)
/** `[2001:db8::1]` and `[2001:db8::1]:443`. */
const BRACKETED = /^\[([^\]]*)\](?::\d{1,5})?$/
/** RFC 4007 §11.2. It has a meaning only on the machine that wrote it. */
const ZONE = /%[\w.-]+$/

/**
 * An address with or without a port, in one spelling: IPv4 with dots, also where it is written as IPv6, and IPv6 as
 * RFC 5952 has it, without its zone. Undefined for everything else, such as `unknown` and `_hidden` (RFC 7239 §6), so
 * that the result may be logged as it is.
 */
export function parseClientAddress(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const ipv4 = IPV4.exec(text)?.[1]
  if (ipv4 !== undefined) return ipv4
  const bare = (BRACKETED.exec(text)?.[1] ?? text).replace(ZONE, '')
  const groups = bare.includes('%') ? undefined : parseIpv6(bare)
  return groups && (mappedIpv4(groups) ?? formatIpv6(groups))
}

function mappedIpv4(groups: readonly number[]): string | undefined {
  const [high = 0, low = 0] = groups.slice(6)
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
  return isMapped ? `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}` : undefined
}

/**
 * The last address of a list such as `X-Forwarded-For`: the one that the nearest proxy wrote. Clients can write what
 * precedes it. Undefined if there is no field, or its last element is not an address.
 */
export function lastAddress(list: string | null): string | undefined {
  if (list === null) return undefined
  return parseClientAddress(list.slice(list.lastIndexOf(',') + 1).trim())
}
