/** Tokens in cookies and query parameters: names with values, of which the same may come twice. */
import { ABSENT, MULTIPLE, found, type SourceReading } from './source-reading.ts'

/**
 * Reads a cookie by its exact name. The same name with different values is `multiple`: browsers send both
 * when a cookie is set for two paths or domains, and servers differ in which one they take.
 *
 * @see RFC 6265 §4.2.1
 */
export function readCookie(header: string | null, name: string): SourceReading {
  if (header === null || !header.includes(name)) return ABSENT
  return readPairs(header, ';', (pair) => {
    const equals = pair.indexOf('=')
    return equals >= 0 && trimBlanks(pair.slice(0, equals)) === name
      ? trimBlanks(pair.slice(equals + 1))
      : undefined
  })
}

/**
 * Without the spaces and tabs around it (RFC 6265 §5.2), and no more: `trim()` takes other white space too, and a
 * neighbouring site could set a cookie whose name is a protected one (`__Host-…`) with such a character before it.
 */
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

const isBlank = (unit: number): boolean => unit === 0x20 || unit === 0x09

/** Reads a parameter of a raw query by its exact name. Nothing is decoded: no character of a token needs it. */
export function readQueryParameter(query: string, name: string): SourceReading {
  if (query === '' || !query.includes(name)) return ABSENT
  return readPairs(query, '&', (pair) => {
    if (pair === name) return ''
    return pair.length > name.length && pair.charCodeAt(name.length) === 0x3d && pair.startsWith(name)
      ? pair.slice(name.length + 1)
      : undefined
  })
}

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
