/** Claim rules: what a claim of a verified token must be. */

/** A JSON scalar, as rules compare it: same type and same value. */
export type ClaimScalar = string | number | boolean

export interface ClaimRuleSettings {
  /** Where the claim is, as written: `realm_access.roles`; `\.` is a dot inside a name. */
  readonly path: string
  /** All that are set must hold; at least one is. */
  readonly equal?: ClaimScalar
  /** The claim is one of these; never empty. */
  readonly in?: readonly ClaimScalar[]
  /** The claim is an array that holds all of these; never empty. */
  readonly contains?: readonly ClaimScalar[]
  /** The claim is there (true) or not there (false); null counts as not there. */
  readonly exists?: boolean
}
