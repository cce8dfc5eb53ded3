/** Texts without their letter case, as any application might ignore it. */

// What most paths have: nothing that folding changes.
const FOLDED = /^[^A-Z\u0080-\uffff]*$/
const ASCII = /^[\u0000-\u007f]*$/

/**
 * Equal for two texts that some way of ignoring letter case takes for the same: lower case, upper case, or the simple
 * or full case folding of Unicode, with or without the Turkish rules for i.
 *
 * Upper case brings together what lower case alone does not: `ı` and `i`, `ſ` and `s`, `ß` and `ss`, `ς` and `σ`.
 */
export function foldCase(text: string): string {
  if (FOLDED.test(text)) return text
  if (ASCII.test(text)) return text.toLowerCase()
  // Lower case of `İ` is `i` with a dot above, of which some keep the `i` alone; that of a final `Σ` is `ς`.
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll('i\u0307', 'i').replaceAll('ς', 'σ')
}
