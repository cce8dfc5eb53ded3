/** Claim rules: what a claim of a verified token must be. */

/** A JSON scalar, as rules compare it: same type and same value. */
export type ClaimScalar = string | number | boolean

/** What each operator is given. Lists and texts are never empty, except a text that is compared as a whole. */
export interface ClaimOperands {
  readonly equals: ClaimScalar
  /** The claim is of the same type, and another value. */
  readonly notEquals: ClaimScalar
  /** The claim is one of these. */
  readonly in: readonly ClaimScalar[]
  /** The claim is of the type of one of these, and none of them. */
  readonly notIn: readonly ClaimScalar[]
  /** The claim is a text that begins with this. */
  readonly startsWith: string
  /** The whole claim, a text, matches this RE2 pattern. */
  readonly matches: string
  /** The claim is an array that holds all of these. */
  readonly contains: readonly ClaimScalar[]
  /** The claim is an array that holds at least one of these. */
  readonly containsAny: readonly ClaimScalar[]
  /** The claim is a text of words with spaces between them, and all of these are among them. */
  readonly hasWord: readonly string[]
  /** The claim is there (true) or not there (false); null counts as not there. */
  readonly exists: boolean
}

export type ClaimOperator = keyof ClaimOperands

/** All operators that are set must hold; at least one is. None but `exists` holds for a claim that is absent or null. */
export interface ClaimRuleSettings extends Partial<ClaimOperands> {
  /** Where the claim is, as written: `realm_access.roles`; `\.` is a dot inside a name. */
  readonly path: string
}
