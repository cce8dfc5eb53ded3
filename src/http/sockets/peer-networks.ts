/** Whether the other side of a connection belongs to networks that the configuration names. */
import { BlockList, isIPv6 } from 'node:net'
import { plainAddress } from '../../syntax/ip-address.ts'

/** Whether a peer is one of them; the empty string is one on a unix socket. */
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
  return (peer) => {
    if (peer === '') return trustsUnix
    // A listener for both families sees IPv4 in the form of IPv6.
    const address = plainAddress(peer)
    return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  }
}

const UNIX = 'unix'
