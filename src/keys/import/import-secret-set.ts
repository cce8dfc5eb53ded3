/** A JWK set of shared secrets, which only an operator's own file may be. */
import { err, ok, type Result } from '../../result.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { allowedFor, findOtherPurpose, readKid } from './import-jwk.ts'
import { isSameKey, readMembers } from './import-jwks.ts'
import { createSecretNames, importSecret } from './import-secret.ts'
import { MAX_KEYS_TRIED, type IgnoredKey } from '../key-source.ts'
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
  const ignored: IgnoredKey[] = []
  for (const member of members.value) {
    const kid = readKid(member)
    const key = importOct(member, algorithms, nameOf)
    if (!key.ok) ignored.push({ kid, why: key.error, isUntrusted: true })
    else if (keys.some((other) => isSameKey(other, key.value))) continue
    else if (keys.filter((other) => other.kid === kid).length >= MAX_KEYS_TRIED)
      ignored.push({ kid, why: `more than ${MAX_KEYS_TRIED} keys share its \`kid\`, or have none` })
    else keys.push(key.value)
  }
  if (keys.length > 0) return ok({ keys, ignored })
  return err(`it holds only unusable keys; the first: ${ignored[0]?.why ?? 'none'}`)
}

function importOct(
  jwk: unknown,
  algorithms: readonly Algorithm[],
  nameOf: (secret: Uint8Array) => string,
): Result<VerificationKey, string> {
  if (!isJsonObject(jwk)) return err('the key is not a JSON object')
  const { kty, k } = jwk
  if (kty !== 'oct') return err(`\`kty\` is ${quote(kty)}; beside \`allow_symmetric\` only "oct" is accepted`)
  const otherPurpose = findOtherPurpose(jwk, 'sig')
  if (otherPurpose !== undefined) return err(otherPurpose)
  const allowed = allowedFor(jwk, algorithms)
  if (!allowed.ok) return allowed
  const secret = typeof k === 'string' ? Buffer.from(k, 'base64url') : undefined
  // One spelling for one secret: another program may read a second one as other bytes.
  if (secret === undefined || secret.toString('base64url') !== k) return err('`k` is not canonical base64url')
  return importSecret(new Uint8Array(secret), {
    kid: readKid(jwk),
    allowShortSecret: false,
    algorithms: allowed.value,
    nameOf,
  })
}
