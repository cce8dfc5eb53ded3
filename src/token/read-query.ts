/** A token in a query parameter. */
import { ABSENT, MULTIPLE, readPairs, type SourceReading } from './source-reading.ts'

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
