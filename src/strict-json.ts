/** JSON with one meaning: no duplicate members, bounded depth and size. */
import { err, ok, type Result } from './result.ts'

/** Deepest nesting. Deeper values overflow the stack of what may print them later. */
export const MAX_JSON_DEPTH = 32
/** Most members of all objects of a token part together. */
export const MAX_JSON_MEMBERS = 256
/** Most members of a document, such as a JWK set: 256 keys with 32 members each. */
const MAX_DOCUMENT_MEMBERS = 8_192

export type JsonObject = Readonly<Record<string, unknown>>

// ignoreBOM keeps a byte order mark as a character, which JSON then refuses.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Parses a JSON object of a token. Undefined if it is anything else, or could be read in two ways.
 *
 * Duplicate members (RFC 8259 §4 leaves them to the reader) are found by counting: the text's members must be
 * as many as the parsed value's. Escaped names need no care then, for the runtime's parser has resolved them.
 */
export function parseStrictObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const text = utf8.decode(bytes)
    const members = countMembers(text, MAX_JSON_MEMBERS)
    if (members < 0) return undefined
    const value: unknown = JSON.parse(text)
    if (!isJsonObject(value)) return undefined
    return countParsedMembers(value) === members ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * Parses a JSON text of any type as strictly, and reports what is wrong with it, without quoting it.
 * Lone surrogates are refused too; in a token, the code that writes the claim into a header refuses them.
 *
 * @param maxMembers Most members of all objects together.
 */
export function parseStrictJson(
  text: string,
  maxMembers: number = MAX_DOCUMENT_MEMBERS,
): Result<unknown, string> {
  const members = countMembers(text, maxMembers)
  if (members === TOO_DEEP) return err(`it is nested deeper than ${MAX_JSON_DEPTH} levels`)
  if (members === TOO_MANY) return err(`it has more than ${maxMembers} members`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return err('it is not valid JSON')
  }
  // Parsers differ in which of two members of one name they use (RFC 8259 §4).
  if (countParsedMembers(value) !== members) return err('one object has two members of the same name')
  if (hasHalfCharacter(text, value)) return err('it has half of a surrogate pair, which is not a character')
  return ok(value)
}

/**
 * Reads a document from outside, UTF-8 JSON with an object at its top, as strictly. A byte order mark is refused, too
 * (RFC 8259 §8.1 lets readers ignore it; we do not guess). The error never quotes the document.
 */
export function readJsonObject(bytes: Uint8Array): Result<JsonObject, string> {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return err('it is not valid UTF-8')
  }
  if (text.startsWith('\u{feff}')) return err('it starts with a byte order mark')
  // Most often the HTML page of a proxy or a login form.
  if (text.trimStart().startsWith('<')) return err('it is HTML or XML, not JSON')
  const value = parseStrictJson(text)
  if (!value.ok) return value
  return isJsonObject(value.value) ? ok(value.value) : err('it is not a JSON object')
}

/** An object of JSON: not null, not an array. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Answers of `countMembers` that are no count. */
const TOO_MANY = -1
const TOO_DEEP = -2

/** Members in a JSON text, negative if it is too deep or has too many. Trusts nothing; JSON.parse judges the rest. */
function countMembers(text: string, maxMembers: number): number {
  let depth = 0
  let members = 0
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // "
        i = endOfString(text, i)
        break
      case 0x3a: // :
        if (++members > maxMembers) return TOO_MANY
        break
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > MAX_JSON_DEPTH) return TOO_DEEP
        break
      case 0x7d: // }
      case 0x5d: // ]
        depth--
        break
      default:
    }
  }
  return members
}

/** Index of the closing quote, or of the end of the text if there is none. */
function endOfString(text: string, openQuote: number): number {
  let end = text.indexOf('"', openQuote + 1)
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(index - 1 - backslashes) === 0x5c) backslashes++
  return backslashes % 2 === 1
}

function countParsedMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  if (Array.isArray(value)) {
    let sum = 0
    for (const item of value) if (typeof item === 'object') sum += countParsedMembers(item)
    return sum
  }
  const members = Object.values(value)
  let sum = members.length
  for (const member of members) if (typeof member === 'object') sum += countParsedMembers(member)
  return sum
}

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/

/**
 * True when a text or a name in the value has a lone surrogate (RFC 8259 §8.2). All of them become U+FFFD when they
 * are written as UTF-8, so two different names would become one. Decoded UTF-8 has none but by an escape.
 */
const hasHalfCharacter = (text: string, value: unknown): boolean =>
  SURROGATE_ESCAPE.test(text) && !isWellFormed(value)

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isWellFormed)
  return Object.entries(value).every(([name, member]) => name.isWellFormed() && isWellFormed(member))
}
