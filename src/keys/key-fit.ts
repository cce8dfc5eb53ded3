/** Which key an algorithm may be used with: the binding that `node:crypto` does not make. */
import type { KeyObject } from 'node:crypto'
import { ALGORITHM_NAMES, ALGORITHMS } from './algorithms.ts'
import type { Algorithm } from './algorithms.ts'

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
