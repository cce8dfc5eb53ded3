/** Names of header fields in the texts of snippets. */
import { OVERRIDE_FIELDS, PROXY_FIELDS } from '../syntax/override-fields.ts'
import type { SnippetFacts } from './proxy.ts'

/** Stricter than HTTP: with other characters, some proxy drops the field, or cannot name it. */
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9-]*$/

/** `x-auth-subject` → `X-Auth-Subject`: names of fields have no case, readers do. */
export const canonicalName = (name: string): string =>
  name.replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())

/**
 * Each identity header once, in whatever letter case it was written.
 *
 * @throws TypeError when a name cannot be written.
 */
export function identityFields(names: readonly string[]): readonly string[] {
  for (const name of names)
    if (!FIELD_NAME.test(name)) throw new TypeError(`identityNames: ${JSON.stringify(name)} is not a name`)
  return [...new Map(names.map((name) => [name.toLowerCase(), canonicalName(name)])).values()]
}

/** By these, a CORS preflight is recognised: the first two are there, the last two are not. */
const PREFLIGHT_FIELDS = ['Origin', 'Access-Control-Request-Method', 'Authorization', 'Cookie']

/** The place of the request in its trace. A proxy that traces writes its own over them. */
const TRACE_FIELDS = ['traceparent', 'tracestate']

/** Every field of a client's request that a decision or its span reads, for proxies that send only the listed ones. */
export const fieldsToSend = ({ tokenFields = [] }: SnippetFacts): readonly string[] => [
  ...new Set([...PREFLIGHT_FIELDS, ...tokenFields, ...TRACE_FIELDS]),
]

/**
 * Fields in which clients send a token, and which no application may get from a client, such as X-Forwarded-Access-Token:
 * a text removes them after the question, and not before it.
 */
export function fieldsToRemoveAfter({ tokenFields = [] }: SnippetFacts): readonly string[] {
  const dangerous = new Set(fieldsToRemove([]).map((name) => name.toLowerCase()))
  return tokenFields.filter((name) => dangerous.has(name.toLowerCase()))
}

/**
 * Every field that no client may send to an application, except those that the text writes itself.
 *
 * @param written In any letter case.
 */
export function fieldsToRemove(written: readonly string[]): readonly string[] {
  const kept = new Set(written.map((name) => name.toLowerCase()))
  return [...OVERRIDE_FIELDS.map(({ name }) => name), ...PROXY_FIELDS, 'X-Decision-Reason'].filter(
    (name) => !kept.has(name.toLowerCase()),
  )
}
