/** Host names in one form, so that `API.example.com.:443` and `api.example.com` are the same host. */
import { formatIpv6, parseIpv6 } from './ip-address.ts'

// RFC 3986 §3.2.2 reg-name without escapes, or an IP literal in brackets; then an optional port.
const AUTHORITY = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9\-._]*[A-Za-z0-9\-_])?\.?)(?::[0-9]{0,5})?$/

// Most hosts are in that form already.
const NORMAL = /^[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*$/

/** The host without port and trailing dot, in lower case; undefined if it is not exactly one valid host. */
export function parseHost(authority: string): string | undefined {
  if (authority.length > 261) return undefined
  if (NORMAL.test(authority)) return authority
  const host = AUTHORITY.exec(authority)?.[1]
  if (host === undefined || host.includes('..')) return undefined
  const lower = host.toLowerCase()
  if (lower.startsWith('[')) return canonicalIpv6(lower.slice(1, -1))
  return lower.endsWith('.') ? lower.slice(0, -1) : lower
}

/** In one spelling: `[0:0::1]` and `[::1]` are one host, and no client may avoid its routes. */
function canonicalIpv6(text: string): string | undefined {
  const groups = parseIpv6(text)
  return groups === undefined ? undefined : `[${formatIpv6(groups)}]`
}
