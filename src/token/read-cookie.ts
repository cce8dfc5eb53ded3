/** A token in a cookie. */
import { ABSENT, readPairs, type SourceReading } from './source-reading.ts'

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
