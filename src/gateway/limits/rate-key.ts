/** Whom a request is counted for in a rate limit. */
import { createHash } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { readCookie } from '../../token/read-named-values.ts'
import { UNKNOWN_PEER, type IsTrusted } from '../client/client-address.ts'
import type { ClientRequest } from '../client/client-request.ts'
import { valuesOf } from '../http/header-fields.ts'
import type { Judgement } from '../judges/judge.ts'
import type { RateKey } from '../settings.ts'

/** Longest value of a client's header or cookie that is a key of its own, in characters. */
const MAX_VALUE_LENGTH = 256

/**
 * The key in a store. Each kind has its own beginning, so that nobody calls himself by another's address.
 *
 * @param judgement Undefined before the request was judged: then nobody has an identity.
 * @param identityNames Of all policies, lower case, in the order of a decision's identity.
 */
export function rateKeyOf(
  by: RateKey,
  request: ClientRequest,
  judgement: Judgement | undefined,
  identityNames: readonly string[],
  isTrusted: IsTrusted,
): string {
  const value = valueOf(by, request, judgement, identityNames)
  if (value === undefined || value === '')
    return `address ${clientOf(request.forwarded.forwardedFor, isTrusted)}`
  // A digest, so that no credential and no name stays in memory.
  return `${by.kind} ${createHash('sha256').update(value).digest('base64')}`
}

/** Undefined where it is absent, or a client says it more than once, or at length. */
function valueOf(
  by: RateKey,
  { head, authz }: ClientRequest,
  judgement: Judgement | undefined,
  identityNames: readonly string[],
): string | undefined {
  if (by.kind === 'address') return undefined
  if (by.kind === 'identity') return identityOf(by.name.toLowerCase(), judgement, identityNames)
  if (by.kind === 'cookie') {
    const reading = readCookie(authz.headers.get('cookie'), by.name)
    return reading.kind === 'found' ? short(reading.token) : undefined
  }
  const [value, second] = valuesOf(head.fields, by.name.toLowerCase())
  return second === undefined ? short(value) : undefined
}

const short = (value: string | undefined): string | undefined =>
  value === undefined || value.length > MAX_VALUE_LENGTH ? undefined : value

/** As the application is told it: from a policy, or from an auth service. */
function identityOf(
  lower: string,
  judgement: Judgement | undefined,
  identityNames: readonly string[],
): string | undefined {
  if (judgement?.decision.outcome !== 'allow') return undefined
  const granted = judgement.grant?.headers.find(({ name }) => name.toLowerCase() === lower)
  return granted?.value ?? judgement.decision.identity[identityNames.indexOf(lower)]
}

/**
 * The last address of `X-Forwarded-For` that no trusted proxy has. What stands before it is the client's own word.
 * Where that is no address, the proxy that said it answers for it.
 *
 * @param forwardedFor As it is written for the upstream: with the peer at its end.
 */
export function clientOf(forwardedFor: string, isTrusted: IsTrusted): string {
  let client = ''
  let end = forwardedFor.length
  // Only we write the last one, so no client can be it.
  if (isTrusted('') && forwardedFor.endsWith(`, ${UNKNOWN_PEER}`)) end -= UNKNOWN_PEER.length + 2
  while (end >= 0) {
    const comma = forwardedFor.lastIndexOf(',', end - 1)
    const address = plainOf(forwardedFor.slice(comma + 1, end).trim())
    if (address === undefined) break
    client = address
    if (!isTrusted(address) || comma < 0) break
    end = comma
  }
  return isIPv6(client) ? networkOf(client) : client || 'unknown'
}

/** An address as proxies write it, with or without a port; IPv4 in its own form. Undefined for anything else. */
function plainOf(text: string): string | undefined {
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

/** One client has a whole /64 of addresses. */
const networkOf = (address: string): string =>
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
