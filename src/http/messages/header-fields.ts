/** The head of an HTTP/1.1 message, read strictly: one reading, or none. */
import { err, ok, type Result } from '../../result.ts'

export interface HeaderField {
  /** As sent. */
  readonly name: string
  readonly lower: string
  /** Without white space around it; bytes as latin1. */
  readonly value: string
}

/** Name and value of a field that is written. */
export type FieldLine = Pick<HeaderField, 'name' | 'value'>

export interface MessageHead {
  /** Request line or status line. */
  readonly startLine: string
  readonly fields: readonly HeaderField[]
}

/** Largest head, in bytes: a token of 64 KiB and the rest. */
export const MAX_HEAD_BYTES = 98_304
export const MAX_FIELDS = 100
/** The fault of a head with more fields; it has a status of its own. */
export const TOO_MANY_FIELDS = 'too many header fields'

// Control characters, and a CR or LF outside of a line end: some parsers end a line there, others do not.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\r(?!\n)|(?<!\r)\n/
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/**
 * Splits a head, without its final empty line. The error names the fault, and quotes nothing of the message.
 *
 * Stricter than RFC 9112: folded lines (§5.2), bare LF (§2.2) and empty names are refused, never repaired.
 */
export function parseHead(text: string): Result<MessageHead, string> {
  if (FORBIDDEN.test(text)) return err('a control character, or a CR or LF outside of a line end')
  const lines = text.split('\r\n')
  if (lines.length - 1 > MAX_FIELDS) return err(TOO_MANY_FIELDS)
  const fields: HeaderField[] = []
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] as string
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0))
    // This also refuses white space before the colon, and folded lines.
    if (!NAME.test(name)) return err('invalid header field name')
    fields.push({ name, lower: name.toLowerCase(), value: trimmed(line, colon + 1) })
  }
  return ok({ startLine: lines[0] ?? '', fields })
}

/** The values of a field, in order. */
export const valuesOf = (fields: readonly HeaderField[], lower: string): readonly string[] => {
  const values: string[] = []
  for (const field of fields) if (field.lower === lower) values.push(field.value)
  return values
}

/** Members of a comma-separated list field, in lower case. */
export const membersOf = (fields: readonly HeaderField[], lower: string): readonly string[] => {
  const members: string[] = []
  for (const field of fields) {
    if (field.lower !== lower) continue
    for (const part of field.value.split(',')) {
      const member = part.trim().toLowerCase()
      if (member !== '') members.push(member)
    }
  }
  return members
}

/** Names of the fields that `Connection` limits to its hop. A set: a client may send thousands. */
export function connectionNames(fields: readonly HeaderField[]): ReadonlySet<string> {
  const names = membersOf(fields, 'connection')
  return names.length === 0 ? NO_NAMES : new Set(names)
}

const NO_NAMES: ReadonlySet<string> = new Set()

/** Optional white space (RFC 9110 §5.6.3) is space and tab; `trim()` would take more. */
function trimmed(line: string, from: number): string {
  let start = from
  let end = line.length
  while (start < end && isSpace(line.charCodeAt(start))) start++
  while (end > start && isSpace(line.charCodeAt(end - 1))) end--
  return line.slice(start, end)
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09
