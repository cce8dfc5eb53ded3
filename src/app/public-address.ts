/** Which addresses are on the public internet: where a key set may be when private addresses are denied. */
import { isIPv4, isIPv6 } from 'node:net'

type Ipv4Range = readonly [first: string, bits: number]

/** Not global by the IANA special-purpose registry (RFC 6890), and one that is, but belongs to the machine's host. */
const DENIED_IPV4: readonly Ipv4Range[] = [
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

/**
 * False for loopback, private, link-local, shared, unique-local, documentation and multicast addresses, for IPv6
 * forms of those IPv4 addresses, and for what is no address.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return isPublicIpv4(toNumber(address))
  // With a zone it is link-local.
  if (!isIPv6(address) || address.includes('%')) return false
  const groups = toGroups(address)
  const [first = 0, second = 0] = groups
  const embedded = (groups[6] ?? 0) * 65_536 + (groups[7] ?? 0)
  // IPv4-mapped, and NAT64 (RFC 6052 §2.1): the packet ends up at the IPv4 address.
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  const isNat64 = first === 0x64 && second === 0xff9b && groups.slice(2, 6).every((group) => group === 0)
  if (isMapped || isNat64) return isPublicIpv4(embedded)
  // Global unicast is 2000::/3, less Teredo and other protocol assignments, 6to4 and documentation.
  if (first < 0x2000 || first > 0x3fff || first === 0x2002 || first === 0x3fff) return false
  return first !== 0x2001 || (second >= 0x200 && second !== 0xdb8)
}

const isPublicIpv4 = (address: number): boolean =>
  !DENIED_IPV4.some(([first, bits]) => {
    const size = 2 ** (32 - bits)
    return Math.floor(address / size) === Math.floor(toNumber(first) / size)
  })

const toNumber = (ipv4: string): number =>
  ipv4.split('.').reduce((number, part) => number * 256 + Number(part), 0)

/** The eight groups of an IPv6 address; the URL parser knows every spelling of one. */
function toGroups(ipv6: string): readonly number[] {
  const [head = '', tail] = new URL(`http://[${ipv6}]`).hostname.slice(1, -1).split('::')
  const read = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  const before = read(head)
  const after = read(tail ?? '')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0)
  return [...before, ...zeros, ...after]
}
