/** IP addresses as text. */
import { isIPv4, isIPv6 } from 'node:net'

/** An address as proxies write it, with or without a port; IPv4 in its own form. Undefined for anything else. */
export function parseAddress(text: string): string | undefined {
  if (isIPv4(text)) return text
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? text
  if (isIPv6(bare)) return mappedIPv4(bare) ?? bare
  const [host = '', port, more] = bare.split(':')
  return port !== undefined && more === undefined && isIPv4(host) ? host : undefined
}

/** `::ffff:192.0.2.1`, in any spelling, as `192.0.2.1`. */
function mappedIPv4(address: string): string | undefined {
  if (!/^[0:]*:ffff:/i.test(address)) return undefined
  const groups = groupsOf(address)
  if (groups.slice(0, 5).some((group) => group !== 0) || groups[5] !== 0xffff) return undefined
  return [6, 7].flatMap((at) => [(groups[at] ?? 0) >> 8, (groups[at] ?? 0) & 0xff]).join('.')
}

/** The first 64 bits of an IPv6 address. */
export const networkOf = (address: string): string =>
  groupsOf(address)
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')

/** The eight numbers of a valid IPv6 address, without its zone. */
function groupsOf(address: string): readonly number[] {
  const [bare = ''] = address.split('%')
  const hex = bare.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((n) => n.toString(16)).join(':'),
  )
  const [head = '', tail] = hex.split('::')
  const before = head === '' ? [] : head.split(':')
  const behind = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - behind.length) }, () => '0')
  return [...before, ...zeros, ...behind].map((group) => Number.parseInt(group, 16))
}
