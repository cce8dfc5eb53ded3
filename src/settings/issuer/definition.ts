/** Settings of a trusted issuer: what its tokens must be, and where its keys are. */
import type { Algorithm } from '../../syntax/algorithms.ts'
import type { ClaimRuleSettings } from '../claim-rule/definition.ts'
import type { KeySettings } from '../keys/definition.ts'

/** Claims that name the client a token was made for, at issuers whose access tokens have no `aud`. */
export type AudienceClaim = 'client_id' | 'azp' | 'cid' | 'appid'

export interface IssuerSettings {
  /** The operator's name for it; in logs and metrics. */
  readonly name: string
  /**
   * Exact `iss`; null accepts tokens of any or no issuer (a relaxation: `issuer: any`). With `anyTenant` a template.
   */
  readonly issuer: string | null
  /** Other texts that this very issuer writes into `iss`, exactly. Absent: none. */
  readonly issuerAliases?: readonly string[]
  /** Accept every tenant of the template `issuer` that this claim of the token names (a relaxation). Absent: none. */
  readonly anyTenant?: { readonly claim: string }
  /** Accepted audiences, any-of, never empty; null accepts all (a relaxation: `audience: any`). */
  readonly audience: readonly string[] | null
  /** The claim that holds the audience. Absent: `aud`. */
  readonly audienceClaim?: AudienceClaim
  /** Accepted `alg` values, never empty. */
  readonly algorithms: readonly Algorithm[]
  readonly keys: KeySettings
  /** Clock tolerance for exp, nbf, iat, in seconds, 0 to 300. Default 30. */
  readonly leewaySeconds: number
  /** Longest time since `iat`, in seconds; makes `iat` required. Absent: no limit. */
  readonly maxAgeSeconds?: number
  /** Accepted `typ` values without `application/`, lower case; absent: not checked. */
  readonly typ?: readonly string[]
  /** Claims that must be present. */
  readonly require: readonly string[]
  /** What claims of every token must be, whatever a policy asks; each path is one name. Absent: nothing. */
  readonly claims?: readonly ClaimRuleSettings[]
  /** Top-level claims that hold scopes, never empty: all of these and no other. Absent: `scope` and `scp`. */
  readonly scopeClaims?: readonly string[]
  /** Accept tokens that never expire (a relaxation). Default false. */
  readonly allowMissingExp: boolean
  /** Refuse tokens without `kid`. Default false. */
  readonly requireKid: boolean
  /** Accept tokens bound to a key (`cnf`) without seeing the proof (a relaxation). Default false. */
  readonly allowSenderConstrained: boolean
}
