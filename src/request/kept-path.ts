/**
 * Paths that have more than one reading, for routes whose application reads them by raw segments (`encoded: keep`):
 * `/projects/group%2Fname`, `/users;v=1`, bytes outside UTF-8, `//`. The result has the other readings too, so that no
 * request avoids an earlier route by one of them.
 */
import { err, ok, type Result } from '../result.ts'
import { DOT_SEGMENT, MAX_PATH_LENGTH, RAW_DOUBTS, type PathAmbiguity } from './canonical-path.ts'
import { countInvalidUtf8, decodeInvalid, unescapeBytes } from './escaped-bytes.ts'

export interface KeptPath {
  /**
   * Can be split at `/` into the raw segments, decoded if they have one reading. An encoded slash, a `;` and bytes
   * outside UTF-8 stay in their segment in a form that no pattern has, so that only `*` and `**` match it.
   */
  readonly path: string
  /** Every way in which an application may read the path, each to be split at `/`; made on demand. */
  readonly readings: () => Result<readonly string[], PathAmbiguity>
}

/** Stands for an encoded slash that is not a separator: NUL is in no pattern, and denied in every path. */
const KEPT_SLASH = '\0'

// No application needs these in a path, and some read them as a separator or the end of the path.
const REFUSED_ESCAPE = /%(?:5[cC]|3[fF]|23|00)/
// Decoders without checks read ASCII in these: `%C0%AE` is `.`, `%C0%AF` is `/` (CVE-2000-0884, CVE-2008-2938).
const OVERLONG = /%[cC][01]|%[eE]0%[89]|%[fF]0%8|%[fF][89a-fA-F]%[89abAB]/
const CONTROL = /[\u0001-\u001f\u007f]/
const ESCAPE = /%[0-9A-Fa-f]{2}/

/** Reads a path by its raw segments. It is still denied if no route can be written for one of its readings. */
export function readKeptPath(raw: string): Result<KeptPath, PathAmbiguity> {
  if (raw.length > MAX_PATH_LENGTH) return err('too_long')
  if (raw.charCodeAt(0) !== 0x2f) return err('not_absolute')
  // The URL parsers of many servers read a host after `//`.
  if (raw.startsWith('//')) return err('double_slash')
  for (const [pattern, ambiguity] of RAW_DOUBTS)
    if (ambiguity !== 'semicolon' && pattern.test(raw)) return err(ambiguity)
  if (REFUSED_ESCAPE.test(raw)) return err('encoded_separator')
  if (OVERLONG.test(raw)) return err('invalid_utf8')
  if (countDoubts(raw) > MAX_DOUBTS) return err('too_many_doubts')
  const path = raw.split('/').map(keptSegment).join('/')
  return ok({ path, readings: () => readingsOf(raw, path) })
}

/**
 * Most places with several readings in one path, far more than names of files and projects have. A hostile path is read
 * and matched in every way before Warder looks at a token, so the cost must be bounded.
 */
const MAX_DOUBTS = 256
const SEPARATOR_DOUBT = /;|\/(?=\/)|%2[fF]|%3[bB]/g
const BYTE_ESCAPE = /%[89a-fA-F]/

function countDoubts(raw: string): number {
  const separators = raw.match(SEPARATOR_DOUBT)?.length ?? 0
  if (separators > MAX_DOUBTS || !BYTE_ESCAPE.test(raw)) return separators
  return separators + countInvalidUtf8(unescapeBytes(raw))
}

function keptSegment(raw: string): string {
  if (!raw.includes('%')) return raw
  try {
    return decodeURIComponent(withSlashes(raw, KEPT_SLASH))
  } catch {
    // It keeps its escapes, which no pattern has.
    return raw
  }
}

const withSlashes = (raw: string, slash: string): string => raw.replaceAll(/%2[fF]/g, slash)

/** All combinations of the ways in which applications read each part, in the order in which they do it. */
function readingsOf(raw: string, kept: string): Result<readonly string[], PathAmbiguity> {
  let readings: readonly string[] = [raw]
  for (const stage of STAGES) readings = [...new Set(readings.flatMap(stage))]
  for (const reading of [...readings, kept]) {
    if (CONTROL.test(reading)) return err('control_or_space')
    if (DOT_SEGMENT.test(reading)) return err('dot_segment')
  }
  for (const reading of readings) if (ESCAPE.test(reading)) return err('double_encoded')
  return ok(readings)
}

type Stage = (path: string) => readonly string[]

const STAGES: readonly Stage[] = [
  // Tomcat and Jetty remove parameters before they decode.
  parameterReadings,
  (path) => [withSlashes(path, KEPT_SLASH), withSlashes(path, '/')],
  decodedReadings,
  // Others decode first; then `%3B` begins a parameter, and `%2F` ends it.
  parameterReadings,
  (path) => [path, path.replaceAll(/\/{2,}/g, '/')],
]

/** With parameters, without them, without those of named segments, and cut off at the first. */
function parameterReadings(path: string): readonly string[] {
  if (!path.includes(';')) return [path]
  return [
    path,
    path.replaceAll(/;[^/]*/g, ''),
    path.replaceAll(/([^/;]);[^/]*/g, '$1'),
    path.slice(0, path.indexOf(';')),
  ]
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const WESTERN = new TextDecoder('windows-1252')

/**
 * Decodes once, as UTF-8, as a Western character set, or as both. For bytes outside UTF-8, some programs make one Western
 * character each, and decoders that ignore errors drop them.
 */
function decodedReadings(path: string): readonly string[] {
  if (!path.includes('%')) return [path]
  const bytes = unescapeBytes(path)
  const single = WESTERN.decode(bytes)
  try {
    return [UTF8.decode(bytes), single]
  } catch {
    const { mixed, dropped } = decodeInvalid(bytes)
    return [mixed, single, dropped]
  }
}
