/** Test vectors that others publish, in test/vectors, and the judge of those that are a whole JWS. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WarderError } from '../../src/errors.ts'
import { decodeBase64url } from '../../src/jwt/base64url.ts'
import { readHeader } from '../../src/jwt/jose-header.ts'
import { findVerifyingKey } from '../../src/jwt/find-verifying-key.ts'
import { ALGORITHM_NAMES, isAlgorithm, type Algorithm } from '../../src/syntax/algorithms.ts'
import type { KeySource } from '../../src/keys/key-source.ts'
import { supportedAlgorithms } from '../../src/keys/supported-algorithms.ts'
import { jwksSource, type Jwk } from './key-sources.ts'

const DIRECTORY = join(import.meta.dir, '../vectors')

export const readVectors = <T>(name: string): T =>
  JSON.parse(readFileSync(join(DIRECTORY, `${name}.json`), 'utf8')) as T

/** What Warder and this runtime can verify. */
export const SUPPORTED: readonly Algorithm[] = ALGORITHM_NAMES.filter((name) =>
  supportedAlgorithms().has(name),
)

/** Keys as an issuer would have them: all public, or all symmetric. Undefined: Warder refuses all of them. */
export function sourceOf(keys: readonly Jwk[], algorithms: readonly Algorithm[]): KeySource | undefined {
  const isSymmetric = keys.every(({ kty }) => kty === 'oct')
  const options = isSymmetric ? ({ allowSymmetric: true } as const) : {}
  try {
    return jwksSource(keys, algorithms, options).source
  } catch (error) {
    // A file without any usable key is refused at the start.
    if (error instanceof WarderError) return undefined
    throw error
  }
}

/**
 * Whether the signature of a compact JWS counts. `decodeJws` is for tokens and wants claims; the payload of a vector
 * seldom has any, so that this reads the parts as it does, all but the claims.
 */
export function isJwsAccepted(jws: string, keys: readonly Jwk[]): boolean {
  const [first = '', payload = '', last = '', more] = jws.split('.')
  const header = readHeader(first)
  const signature = decodeBase64url(last)
  if (more !== undefined || !header.ok || decodeBase64url(payload) === undefined || signature === undefined)
    return false
  const { alg, kid } = header.value
  if (!isAlgorithm(alg)) return false
  const found = sourceOf(keys, SUPPORTED)?.lookup(kid, alg, false)
  if (found?.state !== 'found') return false
  const signingInput = Buffer.from(jws.slice(0, jws.lastIndexOf('.')), 'latin1')
  const decoded = { header: header.value, claims: {}, payload: Buffer.alloc(0), signingInput, signature }
  return findVerifyingKey(decoded, found.keys) !== undefined
}
