/** A key that has passed every check at load and can only verify. */
import type { KeyObject } from 'node:crypto'
import { err, ok, type Result } from '../result.ts'
import type { Algorithm } from '../syntax/algorithms.ts'
import { createVerifier, fittingAlgorithms, type Verify } from './create-verifier.ts'
import type { PublicKeyFacts } from './import/public-key-facts.ts'

export interface VerificationKey {
  readonly kid: string | undefined
  /** RFC 7638 SHA-256 thumbprint, base64url; for a secret a keyed fingerprint that reveals nothing. */
  readonly thumbprint: string
  /** For people: `RSA-2048`, `P-256`, `HMAC 256 bits`. */
  readonly description: string
  /** The key of the runtime, public or secret; never a private one. */
  readonly material: KeyObject
  /**
   * One verifier per algorithm this key may be used with: the algorithms that fit its type, curve and size,
   * less those that its own `alg`, `use` or `key_ops` exclude. Absent here means `key_unsuitable`.
   */
  readonly verifiers: ReadonlyMap<Algorithm, Verify>
  /**
   * The issuer that the key set names beside the key, as Entra ID does in a set for all tenants: an `iss`, or one with
   * `{tenantid}` in it. Used only if every tenant of a template is accepted.
   */
  readonly issuer?: string
}

/**
 * Gives a checked public key one verifier per algorithm that fits it and is in `allowed`. Fails, with
 * a message for people, when none is left.
 */
export function toVerificationKey(
  key: KeyObject,
  facts: PublicKeyFacts,
  kid: string | undefined,
  allowed: readonly Algorithm[],
): Result<VerificationKey, string> {
  const fitting = fittingAlgorithms(key)
  const verifiers = new Map<Algorithm, Verify>()
  for (const algorithm of fitting) {
    if (allowed.includes(algorithm)) verifiers.set(algorithm, createVerifier(key, algorithm))
  }
  const { description, thumbprint } = facts
  if (verifiers.size > 0) return ok({ kid, thumbprint, description, material: key, verifiers })
  if (fitting.length === 0) return err(`no algorithm fits a ${description} key`)
  return err(`a ${description} key is for ${fitting.join(', ')}; accepted here: ${allowed.join(', ')}`)
}

const KID = /^[\x20-\x7e]{1,256}$/

/**
 * True for 1 to 256 characters of visible ASCII and space. RFC 7517 §4.5 allows any string; one that is longer
 * or cannot be printed only serves attacks on logs and look-ups.
 */
export const isKid = (value: unknown): value is string => typeof value === 'string' && KID.test(value)
