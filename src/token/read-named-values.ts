/** Tokens in cookies and query parameters: names with values; a name may be repeated. */
import { ABSENT, MULTIPLE, found, type SourceReading } from './source-reading.ts'

/**
 * Reads a cookie by its exact name. The same name with different values is `multiple`: browsers send both
 * if a cookie is set for two paths or domains, and servers differ in which one they use.
 *
 * The value may be quoted, and the token may follow `Bearer`: frameworks store a whole `Authorization` value, quoted
 * or with its space percent-encoded. Neither can be part of a token, so there is one reading.
 *
 * @see RFC 6265 §4.1.1 (cookie-value), §4.2.1
 */
export function readCookie(header: string | null, name: string): SourceReading {
  if (header === null || !header.includes(name)) return ABSENT
  return readPairs(header, ';', (pair) => {
    const equals = pair.indexOf('=')
    return equals >= 0 && trimBlanks(pair.slice(0, equals)) === name
      ? cookieToken(trimBlanks(pair.slice(equals + 1)))
      : undefined
  })
}

function cookieToken(value: string): string {
  const isQuoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"')
  const text = isQuoted ? value.slice(1, -1) : value
  return BEARER.test(text) ? text.replace(BEARER, '') : text
}

const BEARER = /^bearer(?: |%20)+/i

/**
 * Without the surrounding spaces and tabs (RFC 6265 §5.2), and no more: `trim()` removes other white space too, and a
 * neighbouring site could set a cookie with such a character before a protected name (`__Host-…`).
 */
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

const isBlank = (unit: number): boolean => unit === 0x20 || unit === 0x09

/**
 * Reads a parameter of a raw query by its name. Values are not decoded: no character of a token needs it. After a `;`,
 * which some servers treat as `&`, the same name is a second token, whatever its value.
 */
export function readQueryParameter(query: string, name: string): SourceReading {
  if (query === '' || !(query.includes(name) || query.includes('%'))) return ABSENT
  if (query.includes(';') && hidesParameter(query, name)) return MULTIPLE
  return readPairs(query, '&', (pair) => {
    const equals = pair.indexOf('=')
    if (!isQueryName(equals < 0 ? pair : pair.slice(0, equals), name)) return undefined
    return equals < 0 ? '' : pair.slice(equals + 1)
  })
}

/** Whether the raw name of a parameter is this one, with any of its characters percent-encoded (RFC 3986 §6.2.2.2). */
export function isQueryName(raw: string, name: string): boolean {
  if (raw === name) return true
  if (!raw.includes('%')) return false
  const bytes = Buffer.from(
    raw.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16))),
    'latin1',
  )
  return bytes.equals(Buffer.from(name, 'utf8'))
}

/** Whether the query has the parameter in a place that only some servers read as a parameter. */
const hidesParameter = (query: string, name: string): boolean =>
  query.split('&').some((pair) =>
    pair
      .split(';')
      .slice(1)
      .some((piece) => isQueryName(piece.split('=', 1)[0] ?? '', name)),
  )

function readPairs(
  text: string,
  separator: string,
  valueOf: (pair: string) => string | undefined,
): SourceReading {
  let token: string | undefined
  for (const pair of text.split(separator)) {
    const value = valueOf(pair)
    if (value === undefined || value === '' || value === token) continue
    if (token !== undefined) return MULTIPLE
    token = value
  }
  return token === undefined ? ABSENT : found(token)
}
