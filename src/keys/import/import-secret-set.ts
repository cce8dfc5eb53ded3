/** A JWK set of shared secrets, which only an operator's own file may be. */
import { err, ok, type Result } from '../../result.ts'
import { isAlgorithm, type Algorithm } from '../../syntax/algorithms.ts'
import { readKid } from './import-jwk.ts'
import { readMembers } from './import-jwks.ts'
import { createSecretNames, importSecret } from './import-secret.ts'
import { MAX_KEYS_TRIED } from '../key-source.ts'
import type { KeySet } from '../key-set.ts'
import { isJsonObject } from '../../strict-json.ts'
import { quote } from '../quote.ts'
import type { VerificationKey } from '../verification-key.ts'

/**
 * Reads the secrets (`kty: oct`) of a set. A public key in it is never used: an issuer with public keys and
 * secrets could mistake one for the other.
 *
 * @param algorithms The issuer's.
 * @param nameOf Names the secrets; the same at each reading, so that those that stay are the same keys.
 * @see RFC 7517 §4, RFC 7518 §6.4
 */
export function importSecretSet(
  bytes: Uint8Array,
  algorithms: readonly Algorithm[],
  nameOf: (secret: Uint8Array) => string = createSecretNames(),
): Result<KeySet, string> {
  const members = readMembers(bytes)
  if (!members.ok) return members
  const keys: VerificationKey[] = []
  const ignored: KeySet['ignored'][number][] = []
  for (const member of members.value) {
    const kid = readKid(member)
    const key = importOct(member, algorithms, nameOf)
    if (!key.ok) ignored.push({ kid, why: key.error, isUntrusted: true })
    else if (keys.some((other) => isSame(other, key.value))) continue
    else if (keys.filter((other) => other.kid === kid).length >= MAX_KEYS_TRIED)
      ignored.push({ kid, why: `more than ${MAX_KEYS_TRIED} keys share its \`kid\`, or have none` })
    else keys.push(key.value)
  }
  if (keys.length > 0) return ok({ keys, ignored })
  return err(`it holds only unusable keys; the first: ${ignored[0]?.why ?? 'none'}`)
}

/** The same secret twice under one name is one key. */
const isSame = (a: VerificationKey, b: VerificationKey): boolean =>
  a.kid === b.kid &&
  a.thumbprint === b.thumbprint &&
  [...a.verifiers.keys()].join() === [...b.verifiers.keys()].join()

function importOct(
  jwk: unknown,
  algorithms: readonly Algorithm[],
  nameOf: (secret: Uint8Array) => string,
): Result<VerificationKey, string> {
  if (!isJsonObject(jwk)) return err('the key is not a JSON object')
  const { kty, k, kid, use, alg } = jwk
  const keyOps = jwk['key_ops']
  if (kty !== 'oct') return err(`\`kty\` is ${quote(kty)}; beside \`allow_symmetric\` only "oct" is accepted`)
  if (kid !== undefined && readKid(jwk) === undefined)
    return err('`kid` is not 1 to 256 printable ASCII characters')
  if (use !== undefined && use !== 'sig') return err(`\`use\` is ${quote(use)}, not "sig"`)
  if (keyOps !== undefined && !(Array.isArray(keyOps) && keyOps.includes('verify')))
    return err('`key_ops` does not hold "verify"')
  if (alg !== undefined && !isAlgorithm(alg))
    return err(`\`alg\` ${quote(alg)} is not a known signature algorithm`)
  const wanted = alg === undefined ? algorithms : algorithms.filter((name) => name === alg)
  if (wanted.length === 0) return err(`\`alg\` ${quote(alg)} is not among the algorithms of this issuer`)
  const secret = typeof k === 'string' ? Buffer.from(k, 'base64url') : undefined
  // One spelling for one secret: another program may read a second one as other bytes.
  if (secret === undefined || secret.toString('base64url') !== k) return err('`k` is not canonical base64url')
  return importSecret(new Uint8Array(secret), {
    kid: readKid(jwk),
    allowShortSecret: false,
    algorithms: wanted,
    nameOf,
  })
}
