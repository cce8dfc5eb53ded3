/** A shared secret, made into a key for the HMAC algorithms it is long enough for. */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { err, ok, type Result } from '../../result.ts'
import { ALGORITHMS, LEAST_SECRET_BYTES, type Algorithm } from '../../syntax/algorithms.ts'
import { createVerifier } from '../create-verifier.ts'
import { isPublicText } from './public-text.ts'
import type { VerificationKey } from '../verification-key.ts'

export interface SecretOptions {
  /** The `kid` that tokens name; absent: any or none. */
  readonly kid?: string | undefined
  /** Accept a secret shorter than the digest (RFC 7518 §3.2 forbids it). */
  readonly allowShortSecret: boolean
  /** The issuer's. */
  readonly algorithms: readonly Algorithm[]
  /** Makes the thumbprint. Absent: it is random. */
  readonly nameOf?: (secret: Uint8Array) => string
}

/**
 * Names secrets: a secret that is read again has the same name. The key of the names never leaves this function, so a
 * name reveals nothing about a secret, even when it is compared with the names of another source.
 */
export function createSecretNames(): (secret: Uint8Array) => string {
  const key = randomBytes(32)
  return (secret) => createHmac('sha256', key).update(secret).digest('base64url')
}

/**
 * Imports a secret. RFC 7518 §3.2 wants it at least as long as the digest; a secret that is long enough for
 * HS256 alone verifies HS256 alone. The error has lengths, never content.
 */
export function importSecret(secret: Uint8Array, options: SecretOptions): Result<VerificationKey, string> {
  const wanted = options.algorithms.filter((algorithm) => ALGORITHMS[algorithm].kind === 'hmac')
  if (wanted.length === 0) return err('none of the algorithms of this issuer uses a secret')
  if (isPublicText(secret)) return err('the secret is a public key or a certificate, which anyone may have')
  if (secret.length < LEAST_SECRET_BYTES) {
    return err(`the secret has ${secret.length} bytes; the least is ${LEAST_SECRET_BYTES}`)
  }
  const isLongEnough = (algorithm: Algorithm): boolean =>
    options.allowShortSecret || secret.length >= ALGORITHMS[algorithm].hashBytes
  const usable = wanted.filter(isLongEnough)
  if (usable.length === 0) {
    const least = Math.min(...wanted.map((algorithm) => ALGORITHMS[algorithm].hashBytes))
    return err(`the secret has ${secret.length} bytes; ${wanted.join(', ')} need at least ${least}`)
  }
  const key = createSecretKey(secret)
  return ok({
    kid: options.kid,
    // Random, not a hash: a hash of a weak secret could be searched for offline.
    thumbprint: options.nameOf?.(secret) ?? randomBytes(32).toString('base64url'),
    description: `HMAC ${secret.length * 8} bits`,
    material: key,
    verifiers: new Map(usable.map((algorithm) => [algorithm, createVerifier(key, algorithm)])),
  })
}
