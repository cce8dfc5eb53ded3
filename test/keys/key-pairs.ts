/** Key pairs for the tests, one per name, made when first asked for. */
import { constants, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { ALGORITHMS } from '../../src/syntax/algorithms.ts'
import type { Algorithm } from '../../src/syntax/algorithms.ts'

export interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** A public JWK, loose enough to be broken in a test. */
export type LooseJwk = Record<string, unknown>

const pairs = new Map<string, KeyPair>()

/** The pair of a key kind: `rsa`, `rsa-3072`, `P-256`, `ed25519`, `ml-dsa-44`…; `label` makes another one. */
export function keyPair(kind: string, label = ''): KeyPair {
  const name = `${kind} ${label}`
  const known = pairs.get(name)
  if (known !== undefined) return known
  const made = makePair(kind)
  pairs.set(name, made)
  return made
}

function makePair(kind: string): KeyPair {
  if (kind.startsWith('rsa')) {
    return generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(4) || 2048) })
  }
  if (/^(ed|x|ml-)/.test(kind)) return generateKeyPairSync(kind as 'ed25519')
  return generateKeyPairSync('ec', { namedCurve: kind })
}

/** The kind of key that an algorithm is used with. */
export function kindOf(algorithm: Algorithm): string {
  const { kind, curve } = ALGORITHMS[algorithm]
  return kind === 'rsa' || kind === 'rsa-pss' ? 'rsa' : (curve ?? 'none')
}

export const publicJwk = (pair: KeyPair, more: LooseJwk = {}): LooseJwk => ({
  ...(pair.publicKey.export({ format: 'jwk' }) as LooseJwk),
  ...more,
})

export const pem = (key: KeyObject, type: 'spki' | 'pkcs1' = 'spki'): string =>
  key.export({ format: 'pem', type })

/** Signs with node:crypto, as an issuer would. */
export function signBytes(algorithm: Algorithm, key: KeyObject | Uint8Array, input: Uint8Array): Uint8Array {
  const { kind, hash, hashBytes } = ALGORITHMS[algorithm]
  if (kind === 'hmac')
    return createHmac(hash ?? '', key)
      .update(input)
      .digest()
  const privateKey = key as KeyObject
  switch (kind) {
    case 'rsa':
      return sign(hash, input, privateKey)
    case 'rsa-pss':
      return sign(hash, input, {
        key: privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: hashBytes,
      })
    case 'ecdsa':
      return sign(hash, input, { key: privateKey, dsaEncoding: 'ieee-p1363' })
    case 'eddsa':
    case 'ml-dsa':
      return sign(null, input, privateKey)
  }
}

export const secretOf = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes))

/** The bytes of a JWK set. */
export const jwksBytes = (...keys: readonly unknown[]): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ keys }))

export const toBytes = (text: string): Uint8Array => new TextEncoder().encode(text)
