/** Tells codes from tokens, so that `explain` takes either. */

/** In characters; far above the longest code. */
const LONGEST_CODE = 64

/** What an argument of `explain` must look like to be a code; no token does, as it has dots or upper and lower case. */
export const isCodeLike = (text: string): boolean =>
  text.length <= LONGEST_CODE && /^(?:[a-z]+(?:_[a-z]+)*|[A-Z]+(?:_[A-Z]+)+)$/.test(text)
