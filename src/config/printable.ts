/** Values of a file, quoted for messages. */
import { printable } from '../printable.ts'

/** `text` in quotes, printable, cut after 60 characters. */
export function quoted(text: string): string {
  const safe = printable(text)
  return `"${safe.length > 60 ? `${safe.slice(0, 60)}…` : safe}"`
}
