/** Text from outside in messages: short, and safe for a terminal and a log. */

/** Longest quotation in characters: enough to recognise a value, too short to hold a key. */
const MAX_QUOTED = 60

/**
 * Quotes a received value for a message, or names its type if it is not text. Stricter than `src/printable.ts`: what
 * identifies a key is ASCII, and letters that only look alike would mislead.
 */
export function quote(value: unknown, maxLength: number = MAX_QUOTED): string {
  if (typeof value !== 'string') return value === null ? 'null' : `of type ${typeof value}`
  const cut = value.length > maxLength ? `${value.slice(0, maxLength)}…` : value
  return `"${cut.replace(/[^\x20-\x7e…]/g, '?')}"`
}

/** The code of a system error (`ENOENT`) for a message; the error's own message may hold anything. */
export function systemCodeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code
  return typeof code === 'string' ? code : 'unknown error'
}
