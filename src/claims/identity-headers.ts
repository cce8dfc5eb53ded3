/** Identity headers: claims of a verified token, as header values that an application can trust. */

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
