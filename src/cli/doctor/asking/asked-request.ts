/** A request of a probe, whose bytes are chosen: order, letter case and repetition of fields, the raw target. */

export interface AskedRequest {
  /** What is special about it, for the finding. Never holds a token. */
  readonly label: string
  readonly method: string
  /** Request target, byte for byte. */
  readonly target: string
  /** Values of `Host`. Default: the authority of the site. */
  readonly hosts?: readonly string[]
  /** Sent before `Host`: some proxies read those by other rules. */
  readonly first?: readonly AskedField[]
  readonly fields: readonly AskedField[]
  /** The bytes behind the head; the fields that frame them are among `fields`. */
  readonly body?: string
}

export type AskedField = readonly [name: string, value: string]

/** By this `Accept`, `warder echo` answers in JSON. */
const COMMON: readonly AskedField[] = [
  ['User-Agent', 'warder-doctor'],
  ['Accept', 'application/json'],
]

/** The bytes of HTTP/1.1, as latin1. */
export function requestBytes(request: AskedRequest, authority: string): string {
  const { method, target, hosts = [authority], first = [], fields, body = '' } = request
  const all = [...first, ...hosts.map((host) => ['Host', host] as const), ...COMMON, ...fields]
  return `${method} ${target} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}

/**
 * A header of HTTP/2: names are in lower case (RFC 9113 §8.2.1), and a repeated name has a list. The first host is the
 * authority, further ones are fields.
 */
export function http2Fields(request: AskedRequest, authority: string): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {
    ':method': request.method,
    ':path': request.target,
    ':authority': request.hosts?.[0] ?? authority,
  }
  const hosts = (request.hosts ?? []).slice(1).map((host) => ['host', host] as const)
  for (const [name, value] of [...(request.first ?? []), ...hosts, ...COMMON, ...request.fields]) {
    const lower = name.toLowerCase()
    const earlier = fields[lower]
    fields[lower] = earlier === undefined ? value : [...(Array.isArray(earlier) ? earlier : [earlier]), value]
  }
  return fields
}
