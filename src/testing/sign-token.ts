/** Signs tokens, for tests and `warder token mint`. Warder itself never signs. */
import { constants, createHmac, sign, type KeyObject } from 'node:crypto'
import { ALGORITHMS, type Algorithm } from '../syntax/algorithms.ts'

export interface SigningKey {
  /** Private key, or secret key for HMAC. */
  readonly privateKey: KeyObject
  readonly algorithm: Algorithm
  readonly kid: string | undefined
}

/**
 * A compact JWS of the claims, unchanged.
 *
 * @param header Members besides `alg`, `typ` and `kid`, or in their place.
 * @throws Error of node:crypto when the key does not fit the algorithm.
 * @see RFC 7515 §3.1
 */
export function signToken(
  claims: Readonly<Record<string, unknown>>,
  key: SigningKey,
  header: Readonly<Record<string, unknown>> = {},
): string {
  const kid = key.kid === undefined ? {} : { kid: key.kid }
  const input = `${encode({ alg: key.algorithm, typ: 'JWT', ...kid, ...header })}.${encode(claims)}`
  return `${input}.${signatureOf(Buffer.from(input), key).toString('base64url')}`
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function signatureOf(input: Uint8Array, { algorithm, privateKey }: SigningKey): Buffer {
  const { kind, hash, hashBytes } = ALGORITHMS[algorithm]
  switch (kind) {
    case 'hmac':
      return createHmac(hash ?? '', privateKey)
        .update(input)
        .digest()
    case 'rsa-pss':
      return sign(hash, input, {
        key: privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: hashBytes,
      })
    case 'ecdsa':
      return sign(hash, input, { key: privateKey, dsaEncoding: 'ieee-p1363' })
    case 'rsa':
    case 'eddsa':
    case 'ml-dsa':
      return sign(hash, input, privateKey)
  }
}
