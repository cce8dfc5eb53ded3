/** What a public key is, and whether it is good enough to trust. */
import { createHash, type KeyObject } from 'node:crypto'
import { err, ok, type Result } from '../../result.ts'
import { findWeakness, type EdwardsCurve } from './weak-edwards-key.ts'
import { findModulusWeakness } from './weak-rsa-modulus.ts'

export interface PublicKeyFacts {
  /** For people: `RSA-2048`, `P-256`, `Ed25519`, `ML-DSA-44`. */
  readonly description: string
  /** RFC 7638 SHA-256 thumbprint, base64url. */
  readonly thumbprint: string
  /** The members of the JWK that make the key, in canonical form; the input of the thumbprint. */
  readonly members: Readonly<Record<string, string>>
}

/** RSA below 2,048 bits can be factored; above 8,192 a single verification costs milliseconds. */
const RSA_BITS = { least: 2048, most: 8192 }
/** e = 1 lets anyone sign and small e have a history; above 33 bits only the cost grows. */
const RSA_EXPONENT = { least: 65_537n, below: 2n ** 33n }

/**
 * Members that make a key, per `kty`, in the order of RFC 7638 §3.2 (RFC 8037 §2, RFC 9964 §6). Nothing else of a JWK
 * reaches the runtime.
 */
export const KEY_MEMBERS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['RSA', ['e', 'kty', 'n']],
  ['EC', ['crv', 'kty', 'x', 'y']],
  ['OKP', ['crv', 'kty', 'x']],
  ['AKP', ['alg', 'kty', 'pub']],
])

/**
 * Reads what a public key is, or why it must not be trusted. Its quality is checked here because
 * runtimes import RSA keys with e = 1 or 17 bits, and Ed25519 keys of small order.
 */
export function readPublicKeyFacts(key: KeyObject): Result<PublicKeyFacts, string> {
  const jwk = exportJwk(key)
  const names = KEY_MEMBERS.get(jwk?.['kty'])
  if (jwk === undefined || names === undefined) {
    return err(`keys of type ${key.asymmetricKeyType ?? 'unknown'} are not accepted`)
  }
  const members: Record<string, string> = {}
  for (const name of names) members[name] = String(jwk[name])

  const weakness = members['kty'] === 'RSA' ? findRsaWeakness(key, members) : findCurveWeakness(members)
  if (weakness !== undefined) return err(weakness)
  const thumbprint = createHash('sha256').update(JSON.stringify(members)).digest('base64url')
  return ok({ description: describe(key, members), thumbprint, members })
}

function exportJwk(key: KeyObject): Record<string, unknown> | undefined {
  try {
    return key.export({ format: 'jwk' }) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function findRsaWeakness(key: KeyObject, members: Readonly<Record<string, string>>): string | undefined {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (modulusLength < RSA_BITS.least || modulusLength > RSA_BITS.most) {
    return `the RSA modulus has ${modulusLength} bits; ${RSA_BITS.least} to ${RSA_BITS.most} are accepted`
  }
  const modulus = BigInt(`0x0${Buffer.from(members['n'] ?? '', 'base64url').toString('hex')}`)
  if (modulus % 2n === 0n) return 'the RSA modulus is even'
  const weakness = findModulusWeakness(modulus)
  if (weakness !== undefined) return weakness
  const isAccepted =
    publicExponent >= RSA_EXPONENT.least && publicExponent < RSA_EXPONENT.below && publicExponent % 2n === 1n
  return isAccepted ? undefined : 'the RSA exponent is not an odd number from 65537 to 2^33'
}

function findCurveWeakness(members: Readonly<Record<string, string>>): string | undefined {
  if (members['kty'] !== 'OKP') return undefined
  const curve = members['crv'] ?? ''
  if (!isEdwardsCurve(curve)) return `keys on the curve ${curve} cannot sign`
  const weakness = findWeakness(curve, Buffer.from(members['x'] ?? '', 'base64url'))
  return weakness === undefined ? undefined : `the ${curve} key ${weakness}`
}

const isEdwardsCurve = (curve: string): curve is EdwardsCurve => curve === 'Ed25519' || curve === 'Ed448'

const describe = (key: KeyObject, members: Readonly<Record<string, string>>): string =>
  members['crv'] ?? members['alg'] ?? `RSA-${key.asymmetricKeyDetails?.modulusLength ?? 0}`
