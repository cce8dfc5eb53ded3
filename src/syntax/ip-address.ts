/** IPv6 addresses, parsed in one place: the runtime has no parser for them, and that of its URLs has gaps. */

/**
 * The eight groups of an IPv6 address, without its zone; undefined for any other text. Character by character,
 * because it runs for each request: with patterns, it takes ten times as long.
 *
 * @see RFC 4291 §2.2
 */
export function parseIpv6(text: string): readonly number[] | undefined {
  const zone = text.indexOf('%')
  const end = zone < 0 ? text.length : zone
  const groups: number[] = []
  /** Where `::` stands for the missing groups. */
  let gap = -1
  let start = 0
  let value = 0
  for (let at = 0; at <= end; at++) {
    const code = at < end ? text.charCodeAt(at) : COLON
    if (code === DOT) return pushIpv4(groups, text.slice(start, end)) ? fillGap(groups, gap) : undefined
    if (code !== COLON) {
      const digit = hexDigit(code)
      if (digit < 0 || at - start === 4) return undefined
      value = value * 16 + digit
      continue
    }
    if (at > start) groups.push(value)
    else if (at === 0 ? text.charCodeAt(1) !== COLON : at === end ? gap !== groups.length : gap >= 0)
      return undefined
    else if (at > 0) gap = groups.length
    start = at + 1
    value = 0
  }
  return fillGap(groups, gap)
}

const COLON = 0x3a
const DOT = 0x2e
const OCTET = /^(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** An IPv4 address in the place of the last two groups. */
function pushIpv4(groups: number[], text: string): boolean {
  const octets = text.split('.')
  if (octets.length !== 4 || !octets.every((octet) => OCTET.test(octet))) return false
  const [a = 0, b = 0, c = 0, d = 0] = octets.map(Number)
  groups.push(a * 256 + b, c * 256 + d)
  return true
}

function fillGap(groups: number[], gap: number): readonly number[] | undefined {
  if (gap < 0) return groups.length === 8 ? groups : undefined
  if (groups.length > 7) return undefined
  const behind = groups.splice(gap)
  while (groups.length + behind.length < 8) groups.push(0)
  groups.push(...behind)
  return groups
}

/** The one spelling of RFC 5952 §4: lower case, and the longest run of zeros left out. */
export function formatIpv6(groups: readonly number[]): string {
  let start = -1
  // One group alone is written out.
  let longest = 1
  for (let i = 0, run = 0; i < groups.length; i++) {
    run = groups[i] === 0 ? run + 1 : 0
    if (run > longest) [start, longest] = [i + 1 - run, run]
  }
  let text = ''
  for (let i = 0; i < groups.length; i++) {
    if (i === start) text += '::'
    if (i >= start && i < start + longest && start >= 0) continue
    text += `${text === '' || text.endsWith(':') ? '' : ':'}${groups[i]?.toString(16)}`
  }
  return text
}

const hex = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(':')

// As the runtime writes an IPv4 peer of a socket that listens on both families.
const DOTTED = /^::ffff:((?:\d{1,3}\.){3}\d{1,3})$/
const MAY_BE_MAPPED = /^[0:]*:ffff:/i

/** `::ffff:192.0.2.1`, in any spelling, as `192.0.2.1`; any other text unchanged. */
export function plainAddress(address: string): string {
  // Nearly always; and it runs for each request.
  if (!address.includes(':')) return address
  const dotted = DOTTED.exec(address)?.[1]
  if (dotted !== undefined) return dotted
  if (!MAY_BE_MAPPED.test(address)) return address
  const groups = parseIpv6(address)
  if (groups === undefined || groups[5] !== 0xffff || groups.slice(0, 5).some((group) => group !== 0))
    return address
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.')
}

/** The first 64 bits of an IPv6 address, all of which one client has. */
export const networkOf = (address: string): string => hex(parseIpv6(address)?.slice(0, 4) ?? [])
