/** Which of the kept decisions are wanted. */
import { BlockList, isIP, isIPv6 } from 'node:net'
import type { DecisionFilter, DecisionRecord } from '../../admin/decision-record.ts'

const EXACT = ['outcome', 'reason', 'route', 'policy', 'issuer', 'caller'] as const

/** @param filter Checked: `client` is an address or a network. */
export function compileFilter(filter: DecisionFilter): (record: DecisionRecord) => boolean {
  const exact = EXACT.filter((name) => filter[name] !== undefined)
  const isClient = filter.client === undefined ? undefined : compileClient(filter.client)
  return (record) =>
    exact.every((name) => record[name] === filter[name]) &&
    (isClient === undefined || (record.client !== null && isClient(record.client)))
}

function compileClient(network: string): (client: string) => boolean {
  const list = new BlockList()
  const [address = '', bits] = network.split('/')
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  if (bits === undefined) list.addAddress(address, family)
  else list.addSubnet(address, Number(bits), family)
  return (client) => isIP(client) !== 0 && list.check(client, isIPv6(client) ? 'ipv6' : 'ipv4')
}
