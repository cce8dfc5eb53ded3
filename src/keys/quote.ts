/** Foreign text in our messages: short, and only what a terminal and a log can show safely. */

/** Longest quotation in characters: enough to recognise a value, too short to hold a key. */
const MAX_QUOTED = 60

/**
 * Quotes a received value for a message. What is not text is named by its type. Stricter than the `printable.ts` of
 * all rooms: what identifies a key is ASCII, and letters that only look like it would mislead.
 */
export function quote(value: unknown, maxLength: number = MAX_QUOTED): string {
  if (typeof value !== 'string') return value === null ? 'null' : `of type ${typeof value}`
  const cut = value.length > maxLength ? `${value.slice(0, maxLength)}…` : value
  return `"${cut.replace(/[^\x20-\x7e…]/g, '?')}"`
}
