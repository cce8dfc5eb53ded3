/** What a token is, by its parts alone: nothing in it has been read. */

/**
 * `jws`: the three parts of a signed JWT; `jwe`: the five of an encrypted one; `opaque`: anything else, which only its
 * issuer can read.
 */
export type TokenFormat = 'jws' | 'jwe' | 'opaque'

// RFC 7515 §7.1. Each part is held to base64url again where it is decoded.
const TOKEN_CHARACTERS = /^[A-Za-z0-9_.-]+$/

/** @see RFC 7516 §9 (which of the two a compact token is), RFC 6749 §1.4 (opaque) */
export function tokenFormat(token: string): TokenFormat {
  const first = token.indexOf('.')
  const last = token.lastIndexOf('.')
  if (first !== last && token.indexOf('.', first + 1) === last) return 'jws'
  return countParts(token) === 5 && hasTokenCharacters(token) ? 'jwe' : 'opaque'
}

/** Whether it is made of base64url and dots. */
export const hasTokenCharacters = (token: string): boolean => TOKEN_CHARACTERS.test(token)

/** How many parts it has; 6 if there are more. `split` has a limit: a token of dots must not become a list of that length. */
export const countParts = (token: string): number => token.split('.', 6).length
