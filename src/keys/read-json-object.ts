/** Bytes of a document from outside, read as one JSON object. */
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import { isJsonObject } from './printable.ts'
import { parseStrictJson } from './strict-json.ts'

/**
 * Reads UTF-8 JSON whose top is an object, strictly: a document with two meanings has none. Invalid UTF-8 and a byte order mark are refused (RFC 8259 §8.1
 * lets readers ignore the mark; we do not guess). The error never quotes the document.
 */
export function readJsonObject(bytes: Uint8Array): Result<Readonly<Record<string, unknown>>, string> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
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
