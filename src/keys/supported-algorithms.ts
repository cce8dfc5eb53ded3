/** Which algorithms this runtime can verify. */
import {
  createHmac,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  verify,
  type KeyObject,
} from 'node:crypto'
import { ALGORITHM_NAMES, ALGORITHMS, type Algorithm } from '../syntax/algorithms.ts'
import { algorithmFits } from './create-verifier.ts'

/**
 * Asks the runtime by trying: Bun has no Ed448 and no secp256k1, Node before 24 has no ML-DSA. Takes a few
 * milliseconds and keeps nothing, so the caller asks once and remembers the answer.
 */
export function supportedAlgorithms(): ReadonlySet<Algorithm> {
  return new Set(ALGORITHM_NAMES.filter(isSupported))
}

function isSupported(algorithm: Algorithm): boolean {
  const row = ALGORITHMS[algorithm]
  try {
    const key = sampleKey(algorithm)
    if (!algorithmFits(key, algorithm)) return false
    if (row.kind === 'hmac') createHmac(row.hash ?? '', key)
    // A runtime that supports it returns false; one that does not throws.
    else verify(row.hash, new Uint8Array(1), key, new Uint8Array(1))
    return true
  } catch {
    return false
  }
}

function sampleKey(algorithm: Algorithm): KeyObject {
  const row = ALGORITHMS[algorithm]
  switch (row.kind) {
    case 'hmac':
      return createSecretKey(new Uint8Array(row.hashBytes))
    case 'rsa':
    case 'rsa-pss':
      // Making an RSA key takes longer than everything else here together; importing one proves as much.
      return createPublicKey({ key: { kty: 'RSA', n: SAMPLE_MODULUS, e: 'AQAB' }, format: 'jwk' })
    case 'ecdsa':
      return generateKeyPairSync('ec', { namedCurve: row.curve ?? '' }).publicKey
    case 'eddsa':
    case 'ml-dsa':
      return generateKeyPairSync(row.curve as 'ed25519').publicKey
  }
}

/** 2^2048 - 1: the shape of a modulus, and nobody's. */
const SAMPLE_MODULUS = `${'_'.repeat(341)}w`
