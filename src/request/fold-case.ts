/** Text without its letter case, in every way in which an application may ignore it. */

// Folding changes nothing in most paths.
const FOLDED = /^[^A-Z\u0080-\uffff]*$/
const ASCII = /^[\u0000-\u007f]*$/

/**
 * Two texts have the same result if they are equal in any way of ignoring letter case: lower case, upper case, or the
 * simple or full case folding of Unicode, with or without the Turkish rules for i.
 *
 * Only upper case makes some letters equal: `ı` and `i`, `ſ` and `s`, `ß` and `ss`, `ς` and `σ`.
 */
export function foldCase(text: string): string {
  if (FOLDED.test(text)) return text
  if (ASCII.test(text)) return text.toLowerCase()
  // The lower case of `İ` is `i` with a dot above, which some programs drop; that of a final `Σ` is `ς`.
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll('i\u0307', 'i').replaceAll('ς', 'σ')
}
