/** A token in a header field. */
import { ABSENT, MULTIPLE, OTHER_SCHEME, found, type SourceReading } from './source-reading.ts'

/**
 * Reads the token after an authentication scheme: `Bearer <token>`.
 *
 * A scheme without a value is not a token.
 *
 * @see RFC 6750 §2.1 and RFC 9110 §11.4 (one space or more), RFC 9110 §11.1 (scheme names in any letter case)
 */
export function readSchemeHeader(value: string | null, scheme: string): SourceReading {
  if (value === null || value === '') return ABSENT
  // A repeated field arrives joined with commas, which no token contains.
  const repeated = value.includes(',')
  if (!startsWithScheme(value, scheme)) {
    return repeated && value.split(',').some((part) => startsWithScheme(part.trimStart(), scheme))
      ? MULTIPLE
      : OTHER_SCHEME
  }
  if (repeated) return MULTIPLE
  let start = scheme.length
  while (value.charCodeAt(start) === 0x20) start++
  const token = value.slice(start)
  return token === '' ? ABSENT : found(token)
}

function startsWithScheme(value: string, scheme: string): boolean {
  if (value.startsWith(scheme) && value.charCodeAt(scheme.length) === 0x20) return true
  if (value.length < scheme.length) return false
  if (value.slice(0, scheme.length).toLowerCase() !== scheme.toLowerCase()) return false
  return value.length === scheme.length || value.charCodeAt(scheme.length) === 0x20
}

/** Reads a header whose whole value is the token, without a literal prefix if it has one. */
export function readPlainHeader(value: string | null, trimPrefix: string | undefined): SourceReading {
  if (value === null || value === '') return ABSENT
  if (value.includes(',')) return MULTIPLE
  const token =
    trimPrefix !== undefined && value.startsWith(trimPrefix) ? value.slice(trimPrefix.length) : value
  return token === '' ? ABSENT : found(token)
}
