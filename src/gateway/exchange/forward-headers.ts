/** Which header fields go on, in both directions, and which are ours to write. */
import { OVERRIDE_FIELDS, PROXY_FIELDS } from '../../syntax/override-fields.ts'
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'
import type { GrantedHeader } from '../judges/auth-service/auth-answer.ts'
import type { ForwardedFields } from '../client/client-address.ts'
import { connectionNames, type HeaderField } from '../http/header-fields.ts'
import type { RequestHead } from '../http/request-head.ts'
import { joinProtocols, stripField, type StripRule } from './strip-token.ts'

// RFC 9110 §7.6.1, and what frames a message: each connection has its own.
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'te',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'proxy-authenticate',
  'proxy-authentication-info',
  'expect',
  'host',
  ...PROXY_FIELDS.map((name) => name.toLowerCase()),
])

/** Whether a field is about one connection or the framing on it. */
export const isHopByHopName = (lower: string): boolean => HOP_BY_HOP.has(lower)

/** Likewise, or is taken for one that is by some servers. */
export const isHopByHop = (lower: string): boolean => HOP_BY_HOP.has(folded(lower))

/** What a trusted proxy in front may say beside the fields that are written anew, in this one spelling. */
const KEPT_OF_TRUSTED: ReadonlySet<string> = new Set(
  OVERRIDE_FIELDS.filter(({ keptOfTrusted }) => keptOfTrusted).map(({ name }) => name.toLowerCase()),
)

/**
 * One spelling for all that servers take for the same name: CGI, WSGI and PHP fold `-`, `_`, `.` and more into one
 * character.
 */
export const folded = (lower: string): string =>
  // Nearly every name is its own folded form, and a look costs a quarter of a copy.
  ODD.test(lower) ? lower.replaceAll(ODD_ALL, '-') : lower

const ODD = /[^a-z0-9-]/
const ODD_ALL = /[^a-z0-9]/g

/**
 * Whether a folded name describes a request and its way, which a proxy may write and a client never. By
 * prefix, since new names with the same meaning keep appearing.
 */
export const isAboutRequest = (name: string): boolean =>
  name.startsWith('x-forwarded-') ||
  name.startsWith('x-original-') ||
  name.startsWith('x-decision-') ||
  name === 'forwarded' ||
  name === 'x-real-ip' ||
  name === 'x-rewrite-url'

const OVERRIDE_NAMES: readonly string[] = OVERRIDE_FIELDS.map(({ name }) => name.toLowerCase())

export interface HeaderRules {
  /** Whether a client may say this. */
  isForbidden(field: HeaderField, isTrustedPeer: boolean): boolean
  /** Folded names that no client may send, in order: equal lists are equal rules. */
  readonly forbiddenNames: readonly string[]
  readonly identityNames: readonly string[]
}

/**
 * @param identityNames Of every policy, lower case: none may come from a client, on any route.
 * @param grantedNames Likewise, those that auth services set, and what else no client may say here.
 */
export function compileHeaderRules(
  identityNames: readonly string[],
  grantedNames: readonly string[],
): HeaderRules {
  const identity = new Set([...identityNames, ...grantedNames].map(folded))
  const forbidden = new Set([...identity, ...OVERRIDE_NAMES])
  return {
    forbiddenNames: [...forbidden].toSorted(),
    identityNames,
    isForbidden: ({ lower }, isTrustedPeer) => {
      const name = folded(lower)
      if (!forbidden.has(name) && !isAboutRequest(name)) return false
      return !(isTrustedPeer && KEPT_OF_TRUSTED.has(lower) && !identity.has(name))
    },
  }
}

export interface OutgoingRequest {
  readonly head: RequestHead
  /** Raw path and query; what was matched. */
  readonly target: string
  /** `Host` of the upstream request. */
  readonly authority: string
  /** Values of the identity headers in their order; empty ones are not sent. */
  readonly identity: readonly string[]
  readonly isTrustedPeer: boolean
  readonly forwarded: ForwardedFields
  readonly decisionId: string
  readonly strip: StripRule | undefined
  /** Folded names of client fields that are not sent on this route, whatever the others do. */
  readonly replaced: ReadonlySet<string>
  /** What the auth service says, under names that were all removed from the client's fields. */
  readonly granted: readonly GrantedHeader[]
}

/** The head for the upstream: the client's fields first, ours last, so that nothing of the client removes ours. */
export function requestHeadText(request: OutgoingRequest, rules: HeaderRules): string {
  const { head, forwarded, identity, strip } = request
  const named = connectionNames(head.fields)
  let text = `${head.method} ${request.target} HTTP/1.1\r\nHost: ${request.authority}\r\n`
  for (const field of strip === undefined ? head.fields : joinProtocols(head.fields, strip)) {
    if (isHopByHop(field.lower) || named.has(field.lower)) continue
    if (rules.isForbidden(field, request.isTrustedPeer)) continue
    if (request.replaced.size > 0 && request.replaced.has(folded(field.lower))) continue
    const value = strip === undefined ? field.value : stripField(field, strip)
    if (value !== undefined) text += `${field.name}: ${value}\r\n`
  }
  text += framingText(head.framing)
  if (head.webSocketKey !== undefined) text += UPGRADE_LINES
  else if (head.takesTrailers) text += 'Connection: TE\r\nTE: trailers\r\n'
  text += `X-Forwarded-For: ${forwarded.forwardedFor}\r\nX-Forwarded-Proto: ${forwarded.proto}\r\n`
  if (forwarded.host !== '') text += `X-Forwarded-Host: ${forwarded.host}\r\n`
  text += `Forwarded: ${forwarded.forwarded}\r\n`
  if (forwarded.realIp !== '') text += `X-Real-IP: ${forwarded.realIp}\r\n`
  for (let i = 0; i < identity.length; i++) {
    if (identity[i] !== '') text += `${rules.identityNames[i]}: ${identity[i]}\r\n`
  }
  for (const { name, value } of request.granted) text += `${name}: ${value}\r\n`
  return `${text}X-Decision-Id: ${request.decisionId}\r\n\r\n`
}

const UPGRADE_LINES = `Connection: Upgrade\r\nUpgrade: ${FORWARDED_UPGRADE}\r\n`

/** The line that frames a body. */
function framingText(framing: RequestHead['framing']): string {
  if (framing.kind === 'length') return `Content-Length: ${framing.bytes}\r\n`
  return framing.kind === 'chunked' ? 'Transfer-Encoding: chunked\r\n' : ''
}
