/** Redaction by value: whatever looks like a token is cut out, whatever the field is called. */

import { printable } from '../printable.ts'

// Three long base64url parts, or the start of one that was cut (`eyJ` is `{"`). The look behind keeps the search
// linear: a part is tried at its beginning alone.
const TOKEN_LIKE =
  /eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){0,4}|(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/g

// What the cut may have left of a token whose later parts are gone.
const CUT_TOKEN = /[A-Za-z0-9_.-]{16,}$/

/** Longest text that is logged from a request, in characters. */
const MAX_LOGGED_LENGTH = 512

const REDACTED = '[redacted]'

/**
 * A text from outside, fit for a log line: printable, without tokens, and not longer than a screen.
 *
 * @param maxLength In characters. Default 512.
 */
export function redact(text: string, maxLength: number = MAX_LOGGED_LENGTH): string {
  if (text.length <= maxLength) return printable(text).replaceAll(TOKEN_LIKE, REDACTED)
  // Cut first: a request may be long, and a log line is read by people.
  const cut = printable(text.slice(0, maxLength)).replaceAll(TOKEN_LIKE, REDACTED)
  return `${cut.replace(CUT_TOKEN, REDACTED)}…`
}
