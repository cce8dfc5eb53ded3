/** Binds a key to an algorithm that fits it: the one function that the request path calls. */
import { constants, createHmac, timingSafeEqual, verify, type KeyObject } from 'node:crypto'
import { ALGORITHM_NAMES, ALGORITHMS, type Algorithm, type AlgorithmRow } from '../syntax/algorithms.ts'

/** True when `signature` is the key's signature of `signingInput`. Never throws. */
export type Verify = (signingInput: Uint8Array, signature: Uint8Array) => boolean

/**
 * True when the key has the type and the curve that the algorithm names. `crypto.verify` takes the primitive
 * from the key alone, so without this a P-384 key would verify "ES256", and an EC key "RS256".
 *
 * @see RFC 8725 §3.1
 */
export function algorithmFits(key: KeyObject, algorithm: Algorithm): boolean {
  const row = ALGORITHMS[algorithm]
  switch (row.kind) {
    case 'hmac':
      return key.type === 'secret'
    case 'rsa':
    case 'rsa-pss':
      return key.type === 'public' && key.asymmetricKeyType === 'rsa'
    case 'ecdsa':
      return (
        key.type === 'public' &&
        key.asymmetricKeyType === 'ec' &&
        key.asymmetricKeyDetails?.namedCurve === row.curve
      )
    case 'eddsa':
    case 'ml-dsa':
      // The types of @types/node do not list ML-DSA.
      return key.type === 'public' && (key.asymmetricKeyType as string) === row.curve
  }
}

/** The algorithms that fit a key, in the order of the table. */
export const fittingAlgorithms = (key: KeyObject): readonly Algorithm[] =>
  ALGORITHM_NAMES.filter((algorithm) => algorithmFits(key, algorithm))

/**
 * Makes the verifier of one key for one algorithm; everything it needs is prepared here, once.
 *
 * The verifier checks the signature's exact length first, so that a DER, padded or huge signature never
 * reaches the parser of the runtime, and it never throws: what cannot be verified is false.
 *
 * @throws TypeError when the algorithm does not fit the key; callers choose from `fittingAlgorithms`.
 * @see RFC 7518 §3, RFC 8037 §3.1, RFC 9964 §4
 */
export function createVerifier(key: KeyObject, algorithm: Algorithm): Verify {
  if (!algorithmFits(key, algorithm)) throw new TypeError(`${algorithm} does not fit this key`)
  const row = ALGORITHMS[algorithm]
  const signatureBytes = row.signatureBytes ?? modulusBytes(key)
  return row.kind === 'hmac'
    ? createHmacVerifier(key, row.hash ?? 'sha256', signatureBytes)
    : createSignatureVerifier(row.hash, toVerifyKey(key, row), signatureBytes)
}

function createHmacVerifier(key: KeyObject, hash: string, macBytes: number): Verify {
  return (signingInput, signature) =>
    // The length of a MAC is public; its bytes are compared in constant time.
    signature.length === macBytes &&
    timingSafeEqual(createHmac(hash, key).update(signingInput).digest(), signature)
}

type VerifyKey = Parameters<typeof verify>[2]

function createSignatureVerifier(hash: string | null, key: VerifyKey, signatureBytes: number): Verify {
  return (signingInput, signature) => {
    if (signature.length !== signatureBytes) return false
    try {
      return verify(hash, signingInput, key, signature)
    } catch {
      // Runtimes disagree on whether a malformed signature is false or an exception.
      return false
    }
  }
}

/** What `crypto.verify` is given: every choice it would otherwise make from the key is made here. */
function toVerifyKey(key: KeyObject, row: AlgorithmRow): VerifyKey {
  switch (row.kind) {
    case 'rsa':
      return { key, padding: constants.RSA_PKCS1_PADDING }
    case 'rsa-pss':
      // Without `saltLength` any salt verifies; RFC 7518 §3.5 wants the size of the digest.
      return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: row.hashBytes }
    case 'ecdsa':
      return { key, dsaEncoding: 'ieee-p1363' }
    case 'eddsa':
    case 'ml-dsa':
    case 'hmac':
      return key
  }
}

/** RFC 8017 §8.2.2: an RSA signature has exactly as many bytes as the modulus. */
const modulusBytes = (key: KeyObject): number => Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
