/** One reading of a path, or none: a path that two parsers could read differently is denied, not repaired. */
import { err, ok, type Result } from '../result.ts'

/** Why a path has more than one reading. For the operator; the client gets `path_ambiguous`. */
export type PathAmbiguity =
  | 'not_absolute'
  | 'too_long'
  | 'double_slash'
  | 'dot_segment'
  | 'backslash'
  | 'semicolon'
  | 'query'
  | 'fragment'
  | 'control_or_space'
  | 'non_ascii'
  | 'bad_escape'
  | 'encoded_separator'
  | 'double_encoded'
  | 'invalid_utf8'
  | 'too_many_doubts'

/** Longest raw path, in characters. By default, nginx and Node limit a whole request head to 16 to 32 KiB. */
export const MAX_PATH_LENGTH = 8192

// Most requests have nothing to decode, no empty segment, and no segment that begins with a dot.
const PLAIN = /^(?:\/[A-Za-z0-9\-_~!$&'()*+,=:@][A-Za-z0-9\-_~!$&'()*+,=:@.]*)*\/?$/
/** A segment `.` or `..`. */
export const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/

/** Doubtful parts of a path before it is decoded. */
export const RAW_DOUBTS: readonly (readonly [RegExp, PathAmbiguity])[] = [
  [/[\u0000-\u0020\u007f]/, 'control_or_space'],
  [/[^\u0000-\u007f]/, 'non_ascii'],
  [/\\/, 'backslash'],
  [/;/, 'semicolon'],
  [/\?/, 'query'],
  [/#/, 'fragment'],
  [/%(?![0-9A-Fa-f]{2})/, 'bad_escape'],
]

const DECODED_DOUBTS: readonly (readonly [RegExp, PathAmbiguity])[] = [
  [/[\u0000-\u001f\u007f]/, 'control_or_space'],
  // Some backends decode again, and get another path.
  [/%[0-9A-Fa-f]{2}/, 'double_encoded'],
  [/\/\//, 'double_slash'],
  [DOT_SEGMENT, 'dot_segment'],
]

// `/`, `\`, `;`, `?`, `#` and NUL: proxies and backends disagree on whether these are separators when encoded.
const ENCODED_SEPARATOR = /%(?:2[fF]|5[cC]|3[bB]|3[fF]|23|00)/

/**
 * Decodes a raw path once, if it has exactly one reading. The result can be split at `/`.
 *
 * Stricter than RFC 3986 §6: dot segments, empty segments and encoded separators are denied instead of normalised,
 * because the application may normalise them differently.
 */
export function canonicalizePath(raw: string): Result<string, PathAmbiguity> {
  if (raw.length > MAX_PATH_LENGTH) return err('too_long')
  if (raw.charCodeAt(0) !== 0x2f) return err('not_absolute')
  if (PLAIN.test(raw)) return ok(raw)
  for (const [pattern, ambiguity] of RAW_DOUBTS) if (pattern.test(raw)) return err(ambiguity)
  if (ENCODED_SEPARATOR.test(raw)) return err('encoded_separator')
  let decoded: string
  try {
    decoded = decodeURIComponent(raw)
  } catch {
    return err('invalid_utf8')
  }
  for (const [pattern, ambiguity] of DECODED_DOUBTS) if (pattern.test(decoded)) return err(ambiguity)
  return ok(decoded)
}
