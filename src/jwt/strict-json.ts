/** JSON objects with one meaning: no duplicate members, bounded depth and size, valid UTF-8. */

/** Deepest nesting. Deeper values overflow the stack of what may print them later. */
export const MAX_JSON_DEPTH = 32
/** Most members of all objects together. */
export const MAX_JSON_MEMBERS = 256

export type JsonObject = Readonly<Record<string, unknown>>

// ignoreBOM keeps a byte order mark as a character, which JSON then refuses.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Parses a JSON object. Undefined if it is anything else, or could be read in two ways.
 *
 * Duplicate members (RFC 8259 §4 leaves them to the reader) are found by counting: the text's members must be
 * as many as the parsed value's. Escaped names need no care then, for the runtime's parser has resolved them.
 */
export function parseStrictObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const text = utf8.decode(bytes)
    const members = countMembers(text)
    if (members < 0) return undefined
    const value: unknown = JSON.parse(text)
    if (!isObject(value)) return undefined
    return countParsedMembers(value) === members ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Members in a JSON text, or -1 if it is too deep or has too many. Trusts nothing; JSON.parse judges the rest. */
function countMembers(text: string): number {
  let depth = 0
  let members = 0
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // "
        i = endOfString(text, i)
        break
      case 0x3a: // :
        if (++members > MAX_JSON_MEMBERS) return -1
        break
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > MAX_JSON_DEPTH) return -1
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
