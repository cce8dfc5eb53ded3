/** "Did you mean …?": the one place that measures how alike two words are. */
import { distance } from 'fastest-levenshtein'

/**
 * The candidate that was probably meant, or undefined. The letter case is ignored; two letters may be
 * wrong, one in words of three, three in words of more than eight.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase()
  const most = wanted.length > 8 ? 3 : Math.min(2, Math.max(0, wanted.length - 2))
  let best: string | undefined
  let bestDistance = most + 1
  for (const candidate of candidates) {
    const found = distance(wanted, candidate.toLowerCase())
    if (found < bestDistance) [best, bestDistance] = [candidate, found]
  }
  return best
}

/** `did you mean "audience"?`, ready to be spread into a problem; empty when nothing is near. */
export function suggestion(word: string, candidates: Iterable<string>): { readonly label?: string } {
  const best = suggest(word, candidates)
  return best === undefined ? {} : { label: `did you mean "${best}"?` }
}
