/** Which addresses are on the public internet: where a key set may be when private addresses are denied. */
import { BlockList, isIP } from 'node:net'

type Range = readonly [first: string, bits: number]

/** Not global by the IANA special-purpose registry (RFC 6890), and one that is, but belongs to the machine's host. */
const DENIED_IPV4: readonly Range[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  // Carrier-grade NAT (RFC 6598); 100.100.100.200 is a metadata service.
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local; 169.254.169.254 is the metadata service of most clouds.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast, reserved, broadcast.
  ['224.0.0.0', 3],
  // The host of every virtual machine on Azure.
  ['168.63.129.16', 32],
]

// IPv4-mapped, and NAT64 (RFC 6052 §2.1): the packet ends up at the IPv4 address.
const IPV4_PREFIXES: readonly string[] = ['::ffff:', '64:ff9b::']

/** Global unicast, and the forms of IPv4. */
const GLOBAL_IPV6: readonly Range[] = [
  ['2000::', 3],
  ...IPV4_PREFIXES.map((prefix): Range => [`${prefix}0.0.0.0`, 96]),
]

const DENIED_IPV6: readonly Range[] = [
  // Teredo and other protocol assignments, documentation, 6to4, documentation.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 16],
  ...IPV4_PREFIXES.flatMap((prefix) =>
    DENIED_IPV4.map(([first, bits]): Range => [`${prefix}${first}`, 96 + bits]),
  ),
]

const DENIED = listOf(DENIED_IPV4, DENIED_IPV6)
const GLOBAL = listOf([['0.0.0.0', 0]], GLOBAL_IPV6)

/**
 * False for loopback, private, link-local, shared, unique-local, documentation and multicast addresses, for IPv6
 * forms of those IPv4 addresses, and for what is no address.
 */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  // With a zone it is link-local.
  if (version === 0 || address.includes('%')) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  return GLOBAL.check(address, family) && !DENIED.check(address, family)
}

function listOf(ipv4: readonly Range[], ipv6: readonly Range[]): BlockList {
  const list = new BlockList()
  for (const [first, bits] of ipv4) list.addSubnet(first, bits, 'ipv4')
  for (const [first, bits] of ipv6) list.addSubnet(first, bits, 'ipv6')
  return list
}
