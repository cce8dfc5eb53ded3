/** Reads the head of an HTTP/2 request into the same form as that of HTTP/1.1. */
import type { Result } from '../../result.ts'
import { listedFields, MAX_FIELDS, TOO_MANY_FIELDS, type HeaderField } from '../messages/header-fields.ts'
import { fault, type BodyFraming, type RequestFault } from '../messages/framing.ts'
import { checkOpening, toRequestHead, type RequestHead } from '../messages/request-head.ts'

const ANY_HOST = 'any'

/**
 * The runtime has refused what RFC 9113 §8.2 and §8.3 call malformed: invalid and upper-case names, control characters,
 * unknown, repeated, missing and late pseudo-headers, fields of a connection; and dropped fields with white space around
 * their value. The rest is checked here.
 *
 * @param raw Names and values in turn, as received.
 * @param hasEnded Whether the request has no body.
 * @param scheme Of the connection; undefined: that of the head says nothing.
 * @param ignoresHost Then the head's host says nothing.
 */
export function readHttp2Head(
  raw: readonly string[],
  hasEnded: boolean,
  scheme: 'http' | 'https' | undefined,
  ignoresHost = false,
): Result<RequestHead, RequestFault> {
  const fields: HeaderField[] = []
  const pseudo = new Map<string, string>()
  const cookies: string[] = []
  const hosts = new Set<string>()
  let bytes = 0
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]]
    bytes += name.length + value.length
    if (name.startsWith(':')) pseudo.set(name, value)
    else if (name === 'host') hosts.add(value)
    else if (name === 'cookie') cookies.push(value)
    else fields.push({ name, lower: name, value })
  }
  // RFC 9113 §8.2.3: clients may send each cookie as a field of its own.
  if (cookies.length > 0) fields.push({ name: 'cookie', lower: 'cookie', value: cookies.join('; ') })
  if (fields.length > MAX_FIELDS) return fault(431, TOO_MANY_FIELDS)
  // CONNECT has neither scheme nor path.
  if (pseudo.get(':method') === 'CONNECT') return fault(405, 'CONNECT is not forwarded')
  if (scheme !== undefined && pseudo.get(':scheme') !== scheme)
    return fault(400, `the scheme is not ${scheme}`)
  const authority = pseudo.get(':authority')
  // RFC 9113 §8.3.1: if both are present, they must agree, or each server believes another one.
  if (authority !== undefined) hosts.add(authority)
  const named = ignoresHost ? ANY_HOST : hosts.size === 0 ? null : [...hosts].join(', ')
  const opening = checkOpening(pseudo.get(':method') ?? '', pseudo.get(':path') ?? '', named, false)
  if (!opening.ok) return opening
  return toRequestHead(opening.value, listedFields(fields), framingOf(fields, hasEnded), bytes)
}

/** The runtime resets a stream whose body does not have its announced length. */
function framingOf(fields: readonly HeaderField[], hasEnded: boolean): BodyFraming {
  if (hasEnded) return { kind: 'none' }
  const length = fields.find(({ lower }) => lower === 'content-length')?.value ?? ''
  return /^\d{1,15}$/.test(length) ? { kind: 'length', bytes: Number(length) } : { kind: 'chunked' }
}
