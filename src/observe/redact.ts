/** Redaction by value: any text that looks like a token is removed, whatever the name of the field. */

import { printable } from '../printable.ts'
import { REDACTED, withoutTokens } from '../without-tokens.ts'

// The rest of a token whose later parts were cut off.
const CUT_TOKEN = /[A-Za-z0-9_.%-]{16,}$/

/** Longest logged text of a request, in characters. */
const MAX_LOGGED_LENGTH = 512

/**
 * A text from outside, made safe for a log line: printable, without tokens, and not longer than a screen.
 *
 * @param maxLength In characters. Default 512.
 */
export function redact(text: string, maxLength: number = MAX_LOGGED_LENGTH): string {
  if (text.length <= maxLength) return withoutTokens(printable(text))
  // Cut first: a request may be long, and a log line is read by people.
  const cut = withoutTokens(printable(text.slice(0, maxLength)))
  return `${cut.replace(CUT_TOKEN, REDACTED)}…`
}
