/** Finds tokens by their form, wherever they are. */

// Three long base64url parts, or the start of a truncated token (`eyJ` is `{"`). The lookbehind keeps the search
// linear: a part is tried only at its beginning. A path is shown as it was sent: there, dots may be percent-encoded.
const TOKEN_LIKE =
  /eyJ[A-Za-z0-9_-]{5,}(?:(?:\.|%(?:25)*2[Ee])[A-Za-z0-9_-]*){0,4}|(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{16,}(?:\.|%(?:25)*2[Ee])[A-Za-z0-9_-]{16,}(?:\.|%(?:25)*2[Ee])[A-Za-z0-9_-]{16,}/g

/** Stands for a token. */
export const REDACTED = '[redacted]'

/** The same text without tokens. */
export const withoutTokens = (text: string): string => text.replaceAll(TOKEN_LIKE, REDACTED)
