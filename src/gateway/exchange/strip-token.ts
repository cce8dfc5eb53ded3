/** Takes the token out of a request, and leaves every other byte as it was. */
import { isQueryName } from '../../token/read-query.ts'
import { splitProtocols } from '../../token/read-websocket-protocol.ts'
import type { TokenSourceSettings, WebSocketProtocolSource } from '../../settings/token-source/definition.ts'
import { valuesOf, type HeaderField } from '../../http/messages/header-fields.ts'

/** The places of credentials of a route that its application must not see. */
export interface StripRule {
  /** Lower-case header names, with the schemes in lower case that are taken out, or all of the header. */
  readonly headers: ReadonlyMap<string, readonly string[] | 'whole'>
  readonly cookies: ReadonlySet<string>
  /** Beginnings of names of cookies. */
  readonly cookieBeginnings: readonly string[]
  readonly queries: readonly string[]
  readonly protocols: readonly WebSocketProtocolSource[]
}

/**
 * @param stripToken Undefined: tokens are taken out of cookies, queries and subprotocols, which applications log and echo, but not
 *   out of headers, which applications may want to read.
 * @param hidesPassword Whether credentials of the scheme Basic are taken out, whether or not tokens are.
 * @param serviceCookies Of auth services, by name or as `NAME*`: sessions, which are credentials like a token.
 */
export function compileStripRule(
  sources: readonly TokenSourceSettings[],
  stripToken: boolean | undefined,
  hidesPassword: boolean,
  serviceCookies: readonly string[] = [],
): StripRule | undefined {
  const headers = new Map<string, readonly string[] | 'whole'>()
  const add = (name: string, scheme: string | undefined): void => {
    const known = headers.get(name) ?? []
    headers.set(name, scheme === undefined || known === 'whole' ? 'whole' : [...known, scheme.toLowerCase()])
  }
  const cookies = new Set<string>()
  const queries: string[] = []
  const protocols: WebSocketProtocolSource[] = []
  for (const source of stripToken === false ? [] : sources) {
    if (source.kind === 'cookie') cookies.add(source.name)
    else if (source.kind === 'query') queries.push(source.name)
    else if (source.kind === 'websocket_protocol') protocols.push(source)
    else if (stripToken === true) add(source.name, source.scheme)
  }
  const ofServices = stripToken === false ? [] : serviceCookies
  for (const pattern of ofServices) if (!pattern.endsWith('*')) cookies.add(pattern)
  const cookieBeginnings = ofServices
    .filter((pattern) => pattern.endsWith('*'))
    .map((pattern) => pattern.slice(0, -1))
  if (hidesPassword) {
    // With the scheme of a token too the whole header goes: each of the two judges reads its own credential there.
    headers.set('authorization', headers.has('authorization') ? 'whole' : ['basic'])
  }
  const count = headers.size + cookies.size + cookieBeginnings.length + queries.length + protocols.length
  return count === 0 ? undefined : { headers, cookies, cookieBeginnings, queries, protocols }
}

/** The query without the parameters that hold tokens; undefined if nothing is left of it. */
export function stripQuery(query: string | undefined, { queries }: StripRule): string | undefined {
  if (query === undefined || queries.length === 0) return query
  const parts = query.split('&')
  const kept = parts.filter((part) => !queries.some((name) => isQueryName(nameOf(part), name)))
  if (kept.length === parts.length) return query
  return kept.length === 0 ? undefined : kept.join('&')
}

/** The value of a header without the token; undefined if the whole header goes. */
export function stripField(
  { lower, value }: HeaderField,
  { headers, cookies, cookieBeginnings, protocols }: StripRule,
): string | undefined {
  if (lower === 'cookie' && cookies.size + cookieBeginnings.length > 0)
    return stripCookies(value, cookies, cookieBeginnings)
  if (lower === PROTOCOLS && protocols.length > 0 && !headers.has(lower))
    return stripProtocols(value, protocols)
  const schemes = headers.get(lower)
  if (schemes === undefined || schemes === 'whole') return schemes === undefined ? value : undefined
  // Another scheme is another party's credential.
  return schemes.some((scheme) => value.slice(0, scheme.length).toLowerCase() === scheme) ? undefined : value
}

/** Undefined if only tokens were offered. */
function stripProtocols(value: string, sources: readonly WebSocketProtocolSource[]): string | undefined {
  let left = value
  for (const source of sources) left = splitProtocols(left, source).others.join(', ')
  return left === '' ? undefined : left
}

/** Fields in which a token and its marker are in one: they may come in two, and are one list (RFC 6455 §11.3.4). */
export function joinProtocols(
  fields: readonly HeaderField[],
  { protocols }: StripRule,
): readonly HeaderField[] {
  if (protocols.length === 0) return fields
  const [first, second] = fields.filter(({ lower }) => lower === PROTOCOLS)
  if (first === undefined || second === undefined) return fields
  const joined = { ...first, value: valuesOf(fields, PROTOCOLS).join(', ') }
  return fields.flatMap((field) => (field === first ? [joined] : field.lower === PROTOCOLS ? [] : [field]))
}

/**
 * The subprotocol for an answer that selects none, if a token was taken out of the offered ones: a browser that
 * offered any gives up unless one of them is selected. Undefined if none is needed.
 */
export function protocolToSelect(
  fields: readonly HeaderField[],
  rule: StripRule | undefined,
): string | undefined {
  if (rule === undefined || rule.protocols.length === 0) return undefined
  const value = valuesOf(fields, PROTOCOLS).join(', ')
  return rule.protocols.flatMap((source) => splitProtocols(value, source).tokens)[0]?.entries[0]
}

const PROTOCOLS = 'sec-websocket-protocol'

function stripCookies(
  value: string,
  names: ReadonlySet<string>,
  beginnings: readonly string[],
): string | undefined {
  const pairs = value.split(';')
  const kept = pairs.filter((pair) => {
    const name = nameOf(pair).trim()
    return !names.has(name) && !beginnings.some((beginning) => name.startsWith(beginning))
  })
  if (kept.length === pairs.length) return value
  return kept.length === 0 ? undefined : kept.join(';').trimStart()
}

function nameOf(pair: string): string {
  const equals = pair.indexOf('=')
  return equals < 0 ? pair : pair.slice(0, equals)
}
