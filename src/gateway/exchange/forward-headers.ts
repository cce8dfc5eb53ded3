/** Which header fields are forwarded, and which only the gateway writes. */
import { OVERRIDE_FIELDS, PROXY_FIELDS } from '../../syntax/override-fields.ts'
import type { HeaderField } from '../../http/messages/header-fields.ts'

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

/** Likewise, or by some servers' reading of its name. */
export const isHopByHop = (lower: string): boolean => HOP_BY_HOP.has(folded(lower))

/** Fields that a trusted proxy may send beside those that are written anew, in this one spelling. */
const KEPT_OF_TRUSTED: ReadonlySet<string> = new Set(
  OVERRIDE_FIELDS.filter(({ keptOfTrusted }) => keptOfTrusted).map(({ name }) => name.toLowerCase()),
)

/**
 * One spelling for all names that servers read as the same: CGI, WSGI and PHP fold `-`, `_`, `.` and more into one
 * character.
 */
export const folded = (lower: string): string =>
  // Nearly every name is its own folded form, and a look costs a quarter of a copy.
  ODD.test(lower) ? lower.replaceAll(ODD_ALL, '-') : lower

const ODD = /[^a-z0-9-]/
const ODD_ALL = /[^a-z0-9]/g

/**
 * Whether a folded name describes a request and the proxies on its way, which a proxy may write and a client must not.
 * By prefix, since new names with the same meaning keep appearing.
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
  /** Whether a client must not send this field. */
  isForbidden(field: HeaderField, isTrustedPeer: boolean): boolean
  /** Folded names that no client may send, in order: equal lists are equal rules. */
  readonly forbiddenNames: readonly string[]
  readonly identityNames: readonly string[]
}

/**
 * @param identityNames Of every policy, lower case: none may come from a client, on any route.
 * @param grantedNames Likewise: names that auth services set, and others that no client may send.
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
