/**
 * The signature algorithms, and the one kind of key each may be used with.
 *
 * @see RFC 7518 §3, RFC 8037 §3.1, RFC 9864 §2, RFC 9964 §4
 */

/** What a key must be to verify with an algorithm, and how the signature looks. */
export interface AlgorithmRow {
  readonly kind: 'hmac' | 'rsa' | 'rsa-pss' | 'ecdsa' | 'eddsa' | 'ml-dsa'
  /** Name of the digest for `node:crypto`; null where the algorithm hashes by itself. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null
  /** Bytes of the digest: PSS salt length (RFC 7518 §3.5) and least HMAC secret (§3.2). */
  readonly hashBytes: number
  /** OpenSSL curve name or key type the key must have, where the algorithm binds one. */
  readonly curve?: string
  /** Exact signature length in bytes; absent for RSA, where it is the modulus length. */
  readonly signatureBytes?: number
}

const ROWS = {
  HS256: { kind: 'hmac', hash: 'sha256', hashBytes: 32, signatureBytes: 32 },
  HS384: { kind: 'hmac', hash: 'sha384', hashBytes: 48, signatureBytes: 48 },
  HS512: { kind: 'hmac', hash: 'sha512', hashBytes: 64, signatureBytes: 64 },
  RS256: { kind: 'rsa', hash: 'sha256', hashBytes: 32 },
  RS384: { kind: 'rsa', hash: 'sha384', hashBytes: 48 },
  RS512: { kind: 'rsa', hash: 'sha512', hashBytes: 64 },
  PS256: { kind: 'rsa-pss', hash: 'sha256', hashBytes: 32 },
  PS384: { kind: 'rsa-pss', hash: 'sha384', hashBytes: 48 },
  PS512: { kind: 'rsa-pss', hash: 'sha512', hashBytes: 64 },
  ES256: { kind: 'ecdsa', hash: 'sha256', hashBytes: 32, curve: 'prime256v1', signatureBytes: 64 },
  ES384: { kind: 'ecdsa', hash: 'sha384', hashBytes: 48, curve: 'secp384r1', signatureBytes: 96 },
  ES512: { kind: 'ecdsa', hash: 'sha512', hashBytes: 64, curve: 'secp521r1', signatureBytes: 132 },
  ES256K: { kind: 'ecdsa', hash: 'sha256', hashBytes: 32, curve: 'secp256k1', signatureBytes: 64 },
  // `EdDSA` is the older name; here it stands for Ed25519 alone (RFC 9864 §2.2).
  EdDSA: { kind: 'eddsa', hash: null, hashBytes: 64, curve: 'ed25519', signatureBytes: 64 },
  Ed25519: { kind: 'eddsa', hash: null, hashBytes: 64, curve: 'ed25519', signatureBytes: 64 },
  Ed448: { kind: 'eddsa', hash: null, hashBytes: 114, curve: 'ed448', signatureBytes: 114 },
  'ML-DSA-44': { kind: 'ml-dsa', hash: null, hashBytes: 0, curve: 'ml-dsa-44', signatureBytes: 2420 },
  'ML-DSA-65': { kind: 'ml-dsa', hash: null, hashBytes: 0, curve: 'ml-dsa-65', signatureBytes: 3309 },
  'ML-DSA-87': { kind: 'ml-dsa', hash: null, hashBytes: 0, curve: 'ml-dsa-87', signatureBytes: 4627 },
} satisfies Record<string, AlgorithmRow>

/** Every `alg` that Warder knows by name. Which of them run is asked of the runtime. */
export type Algorithm = keyof typeof ROWS

export const ALGORITHMS: Readonly<Record<Algorithm, AlgorithmRow>> = ROWS

/** Names in the table's order, for messages and schemas. */
export const ALGORITHM_NAMES: readonly Algorithm[] = Object.keys(ALGORITHMS) as Algorithm[]

/** Exact, case-sensitive (RFC 8725 §3.1): `none`, `rs256` and `__proto__` are not algorithms. */
export const isAlgorithm = (name: unknown): name is Algorithm =>
  typeof name === 'string' && Object.hasOwn(ALGORITHMS, name)

/** In bytes; a shorter secret can be searched for, so no setting allows it. */
export const LEAST_SECRET_BYTES = 16

/** Whether its keys are shared secrets. */
export const isHmac = (algorithm: Algorithm): boolean => ALGORITHMS[algorithm].kind === 'hmac'
