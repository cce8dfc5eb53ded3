/** A key that has passed every check at load and can only verify. */
import type { Algorithm } from './algorithms.ts'

/** True when `signature` is the key's signature of `signingInput`. Never throws. */
export type Verify = (signingInput: Uint8Array, signature: Uint8Array) => boolean

export interface VerificationKey {
  readonly kid: string | undefined
  /** RFC 7638 SHA-256 thumbprint, base64url; for a secret a keyed fingerprint that reveals nothing. */
  readonly thumbprint: string
  /** For people: `RSA-2048`, `P-256`, `HMAC 256 bits`. */
  readonly description: string
  /**
   * One verifier per algorithm this key may be used with: the algorithms that fit its type, curve and size,
   * less those that its own `alg`, `use` or `key_ops` exclude. Absent here means `key_unsuitable`.
   */
  readonly verifiers: ReadonlyMap<Algorithm, Verify>
  /**
   * The issuer that the key set names beside the key, as Entra ID does in a set for all tenants: an `iss`, or one with
   * `{tenantid}` in it. Only heeded where every tenant of a template is accepted.
   */
  readonly issuer?: string
}
