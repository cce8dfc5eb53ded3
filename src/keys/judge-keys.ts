/** Every key of a set with what becomes of it, also where none is usable. */
import { ok } from '../result.ts'
import type { Result } from '../result.ts'
import { importJwk, readKid, SECRET_MEMBERS } from './import-jwk.ts'
import { importDocument } from './jwks-loader.ts'
import type { JwksLoaderOptions } from './jwks-loader.ts'
import { isJsonObject } from './printable.ts'
import { readJsonObject } from './read-json-object.ts'
import type { VerificationKey } from './verification-key.ts'

export interface RefusedKey {
  readonly kid: string | undefined
  readonly why: string
  /** The key is made for something else, such as encryption: no fault of the issuer. */
  readonly isForOthers: boolean
}

export interface JudgedKeys {
  readonly usable: readonly VerificationKey[]
  readonly refused: readonly RefusedKey[]
}

type Options = Pick<JwksLoaderOptions, 'algorithms' | 'pin' | 'keyUse'>

/** Most refused keys that are named; a set has at most 256. */
const MAX_REFUSED = 256

/** Fails, for people, when the document is no key set at all. */
export function judgeKeys(bytes: Uint8Array, options: Options): Result<JudgedKeys, string> {
  const imported = importDocument(bytes, options)
  const document = readJsonObject(bytes)
  const members = document.ok && Array.isArray(document.value['keys']) ? document.value['keys'] : []
  if (!imported.ok && (members.length === 0 || members.length > MAX_REFUSED)) return imported
  const refused = members.flatMap((member: unknown): readonly RefusedKey[] => {
    const key = importJwk(member, options.algorithms, options.keyUse)
    const kid = readKid(member)
    if (!key.ok) return [{ kid, why: key.error, isForOthers: isForOthers(member, options) }]
    if (options.pin === undefined || options.pin.includes(key.value.thumbprint)) return []
    return [{ kid, why: `it is not pinned; its thumbprint is ${key.value.thumbprint}`, isForOthers: true }]
  })
  return ok({ usable: imported.ok ? imported.value.keys : [], refused })
}

/** By what the key says of itself: another use, or an algorithm that this issuer's tokens never have. */
function isForOthers(jwk: unknown, { algorithms, keyUse = 'sig' }: Options): boolean {
  if (!isJsonObject(jwk)) return false
  // A published private key is everybody's concern, whatever it was made for.
  if (SECRET_MEMBERS.some((name) => Object.hasOwn(jwk, name))) return false
  const { use, alg } = jwk
  const ops = jwk['key_ops']
  if (use !== undefined && use !== keyUse) return true
  if (Array.isArray(ops) && !ops.includes('verify')) return true
  return alg !== undefined && !algorithms.some((name) => name === alg)
}
