/** The text of a JWK set, made into a key set. */
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import type { Algorithm } from './algorithms.ts'
import { importJwk, readKid } from './import-jwk.ts'
import type { KeyUse } from './key-settings.ts'
import type { KeySet } from './key-set.ts'
import { MAX_KEYS_TRIED } from './key-source.ts'
import { readJsonObject } from './read-json-object.ts'
import type { VerificationKey } from './verification-key.ts'

/** Large providers publish a dozen keys; each one costs an import and memory. */
const MAX_JWKS_KEYS = 256

/**
 * Reads a JWK set. A key that cannot be used is ignored with its reason and never spoils the others; a set
 * without any usable key is an error, so that it cannot replace one that works.
 *
 * Two keys with one `kid` are both kept when their material differs (RFC 7517 §4.5 allows it for different
 * types; providers do it during rotations), at most {@link MAX_KEYS_TRIED} of them.
 *
 * @param algorithms The issuer's.
 * @see RFC 7517 §5
 */
export function importJwks(
  bytes: Uint8Array,
  algorithms: readonly Algorithm[],
  keyUse?: KeyUse,
): Result<KeySet, string> {
  const document = readJsonObject(bytes)
  if (!document.ok) return document
  const members = document.value['keys']
  if (!Array.isArray(members)) return err('it has no `keys` array')
  if (members.length === 0) return err('its `keys` array is empty')
  if (members.length > MAX_JWKS_KEYS) return err(`it holds more than ${MAX_JWKS_KEYS} keys`)
  return collectKeys(members, algorithms, keyUse)
}

function collectKeys(
  members: readonly unknown[],
  algorithms: readonly Algorithm[],
  keyUse: KeyUse | undefined,
): Result<KeySet, string> {
  const keys: VerificationKey[] = []
  const ignored: { readonly kid: string | undefined; readonly why: string }[] = []
  for (const member of members) {
    const imported = importJwk(member, algorithms, keyUse)
    if (!imported.ok) {
      ignored.push({ kid: readKid(member), why: imported.error })
    } else if (keys.some((key) => isSameKey(key, imported.value))) {
      // The same key twice is one key.
    } else if (isKidCrowded(keys, imported.value.kid)) {
      ignored.push({ kid: readKid(member), why: `more than ${MAX_KEYS_TRIED} keys share its \`kid\`` })
    } else {
      keys.push(imported.value)
    }
  }
  if (keys.length > 0) return ok({ keys, ignored })
  return err(`it holds only unusable keys; the first: ${ignored[0]?.why ?? 'none'}`)
}

const isSameKey = (a: VerificationKey, b: VerificationKey): boolean =>
  a.kid === b.kid &&
  a.thumbprint === b.thumbprint &&
  [...a.verifiers.keys()].join() === [...b.verifiers.keys()].join()

const isKidCrowded = (keys: readonly VerificationKey[], kid: string | undefined): boolean =>
  kid !== undefined && keys.filter((key) => key.kid === kid).length >= MAX_KEYS_TRIED
