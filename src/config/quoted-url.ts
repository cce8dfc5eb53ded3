/** URLs in messages. */
import { MASK } from './code-frame.ts'
import { quoted } from './printable.ts'

/**
 * A URL in quotes, printable, without what may be a password or a key in it: all before an `@`, and the query. Too
 * much rather than too little: it is the text of one that could not be read.
 */
export const quotedUrl = (text: string): string =>
  quoted(text.replace(/\?.+$/s, `?${MASK}`).replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, `$1${MASK}@`))
