/** Settings of a policy: what is asked of a token, and the headers that it yields. */
import type { ClaimRuleSettings } from '../claim-rule/definition.ts'
import type { TokenSourceSettings } from '../token-source/definition.ts'

export interface PolicySettings {
  readonly name: string
  /** Names of the issuers whose tokens it accepts; absent: every configured issuer. */
  readonly issuers?: readonly string[]
  /** Where the token is looked for; absent: the top-level token sources. */
  readonly tokenSources?: readonly TokenSourceSettings[]
  /** Scopes the token must all have. */
  readonly scope: readonly string[]
  /** Scopes of which the token must have at least one; empty: not checked. */
  readonly scopeAny: readonly string[]
  readonly claims: readonly ClaimRuleSettings[]
  readonly identity: readonly IdentityHeaderSettings[]
}

/** A claim of a verified token as a header value that an application can trust. */
export interface IdentityHeaderSettings {
  /** As written by the operator, e.g. `X-Auth-Subject`. */
  readonly name: string
  /** Path of the claim, see claim-path.ts. */
  readonly claim: string
  /** How arrays (and, for `json`, objects) are written. `csv` joins with `,` and encodes commas inside. Default csv. */
  readonly arrays: 'csv' | 'json'
  /** How characters outside visible ASCII are written. Default percent. */
  readonly encoding: 'percent' | 'base64url'
  /** Longest value in bytes; a longer one is a denial, never a cut. Default 4,096. */
  readonly maxBytes: number
}
