/** The result of reading one token source. */

export type SourceReading =
  | { readonly kind: 'found'; readonly token: string }
  | { readonly kind: 'absent' }
  /** A credential of another scheme, for another party; not a broken token. */
  | { readonly kind: 'other_scheme' }
  /** More than one value. */
  | { readonly kind: 'multiple' }

// Shared and frozen: the attack path allocates nothing for a miss.
export const ABSENT: SourceReading = Object.freeze({ kind: 'absent' })
export const OTHER_SCHEME: SourceReading = Object.freeze({ kind: 'other_scheme' })
export const MULTIPLE: SourceReading = Object.freeze({ kind: 'multiple' })

export const found = (token: string): SourceReading => ({ kind: 'found', token })

/** The token among pairs of a name and a value; the same name with another value is `multiple`. */
export function readPairs(
  text: string,
  separator: string,
  valueOf: (pair: string) => string | undefined,
): SourceReading {
  let token: string | undefined
  for (const pair of text.split(separator)) {
    const value = valueOf(pair)
    if (value === undefined || value === '' || value === token) continue
    if (token !== undefined) return MULTIPLE
    token = value
  }
  return token === undefined ? ABSENT : found(token)
}
