/** Takes the token out of a request, and leaves every other byte as it was. */
import { isQueryName } from '../../token/read-named-values.ts'
import type { TokenSourceSettings } from '../../token/token-source-settings.ts'
import type { HeaderField } from '../http/header-fields.ts'

/** Where tokens of a route may be that its application must not see. */
export interface StripRule {
  /** Lower-case header names, with the schemes in lower case that are taken out, or all of the header. */
  readonly headers: ReadonlyMap<string, readonly string[] | 'whole'>
  readonly cookies: ReadonlySet<string>
  readonly queries: readonly string[]
}

/**
 * @param stripToken Undefined: tokens are taken out of cookies and queries, which applications log and echo, but not
 *   out of headers, which applications may want to read.
 * @param hidesPassword Whether credentials of the scheme Basic are taken out, whatever becomes of tokens.
 */
export function compileStripRule(
  sources: readonly TokenSourceSettings[],
  stripToken: boolean | undefined,
  hidesPassword: boolean,
): StripRule | undefined {
  const headers = new Map<string, readonly string[] | 'whole'>()
  const add = (name: string, scheme: string | undefined): void => {
    const known = headers.get(name) ?? []
    headers.set(name, scheme === undefined || known === 'whole' ? 'whole' : [...known, scheme.toLowerCase()])
  }
  const cookies = new Set<string>()
  const queries: string[] = []
  for (const source of stripToken === false ? [] : sources) {
    if (source.kind === 'cookie') cookies.add(source.name)
    else if (source.kind === 'query') queries.push(source.name)
    else if (stripToken === true) add(source.name, source.scheme)
  }
  if (hidesPassword) {
    // Beside a token's scheme the whole header goes: each of the two judges wants one of its own.
    headers.set('authorization', headers.has('authorization') ? 'whole' : ['basic'])
  }
  return headers.size + cookies.size + queries.length === 0 ? undefined : { headers, cookies, queries }
}

/** The query without the parameters that hold tokens; undefined where nothing is left of it. */
export function stripQuery(query: string | undefined, { queries }: StripRule): string | undefined {
  if (query === undefined || queries.length === 0) return query
  const parts = query.split('&')
  const kept = parts.filter((part) => !queries.some((name) => isQueryName(nameOf(part), name)))
  if (kept.length === parts.length) return query
  return kept.length === 0 ? undefined : kept.join('&')
}

/** The value of a header without the token; undefined where the header goes altogether. */
export function stripField(
  { lower, value }: HeaderField,
  { headers, cookies }: StripRule,
): string | undefined {
  if (lower === 'cookie' && cookies.size > 0) return stripCookies(value, cookies)
  const taken = headers.get(lower)
  if (taken === undefined || taken === 'whole') return taken === undefined ? value : undefined
  // Another scheme is another party's credential.
  return taken.some((scheme) => value.slice(0, scheme.length).toLowerCase() === scheme) ? undefined : value
}

function stripCookies(value: string, names: ReadonlySet<string>): string | undefined {
  const pairs = value.split(';')
  const kept = pairs.filter((pair) => !names.has(nameOf(pair).trim()))
  if (kept.length === pairs.length) return value
  return kept.length === 0 ? undefined : kept.join(';').trimStart()
}

function nameOf(pair: string): string {
  const equals = pair.indexOf('=')
  return equals < 0 ? pair : pair.slice(0, equals)
}
