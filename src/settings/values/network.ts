/** Networks of trusted proxies: an IP address, or a network in CIDR form. */
import { isIPv4, isIPv6 } from 'node:net'
import { err, ok, type Result } from '../../result.ts'
import { refuse, type Problem } from '../problem.ts'
import { quoted } from '../../printable.ts'

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. */
export function parseNetwork(text: string): Result<string, Problem> {
  const [, address = '', bits] = /^([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1
  if (most >= 0 && Number(bits ?? most) <= most) return ok(text)
  const hint = 'write 10.0.0.5, 10.0.0.0/8 or 2001:db8::/32'
  return refuse('ERR_CONFIG_NETWORK', `${quoted(text)} is neither an address nor a network`, hint)
}

/** The same, or `unix`: every peer that may connect to a unix socket. */
export function parseTrustedProxy(text: string): Result<string, Problem> {
  if (text === 'unix') return ok(text)
  const network = parseNetwork(text)
  if (network.ok) return network
  return err({ ...network.error, hints: ['write 10.0.0.5, 10.0.0.0/8, 2001:db8::/32 or unix'] })
}
