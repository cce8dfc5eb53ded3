/** The text of a JWK set, made into a key set. */
import { err, ok, type Result } from '../../result.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { readPemMap } from './certificate-key.ts'
import { exposedThumbprint, importJwk, isForOthers, readKid } from './import-jwk.ts'
import type { KeyUse } from '../../settings/keys/key-source.ts'
import type { KeySet } from '../key-set.ts'
import { MAX_KEYS_TRIED, type IgnoredKey } from '../key-source.ts'
import { readJsonObject } from '../../strict-json.ts'
import type { VerificationKey } from '../verification-key.ts'

/** Large providers publish a dozen keys; each one costs an import and memory. */
const MAX_JWKS_KEYS = 256

/** Which keys of a set an issuer accepts. */
export interface AcceptedKeys {
  /** The issuer's: no key verifies with any other. */
  readonly algorithms: readonly Algorithm[]
  readonly keyUse?: KeyUse | undefined
  /** The only thumbprints that are accepted. Absent: any. */
  readonly pin?: readonly string[] | undefined
}

/** As {@link readJwks}; a set without a usable key is an error, so that it cannot replace one that works. */
export function importJwks(bytes: Uint8Array, accepted: AcceptedKeys): Result<KeySet, string> {
  const members = readMembers(bytes)
  if (!members.ok) return members
  const all = collectKeys(members.value, accepted)
  if (all.keys.length === 0)
    return err(`it holds only unusable keys; the first: ${all.ignored[0]?.why ?? 'none'}`)
  const pinned = keepPinned(all, accepted.pin)
  return pinned.keys.length === 0 ? err('none of its keys is pinned') : ok(pinned)
}

/**
 * Reads a JWK set. An unusable key is ignored with its reason and never spoils the others. Fails, with a message for
 * people, if the document is not a JWK set.
 *
 * Two keys with one `kid` are both kept when their material differs (RFC 7517 §4.5 allows it for different
 * types; providers do it during rotations), at most {@link MAX_KEYS_TRIED} of them.
 *
 * @see RFC 7517 §5
 */
export function readJwks(bytes: Uint8Array, accepted: AcceptedKeys): Result<KeySet, string> {
  const members = readMembers(bytes)
  return members.ok ? ok(keepPinned(collectKeys(members.value, accepted), accepted.pin)) : members
}

/** The members of `keys`, as they were written. Fails, with a message for people, if the document is not a JWK set. */
export function readMembers(bytes: Uint8Array): Result<readonly unknown[], string> {
  const document = readJsonObject(bytes)
  if (!document.ok) return document
  const members = document.value['keys'] ?? readPemMap(document.value)
  if (!Array.isArray(members)) return err('it has no `keys` array')
  if (members.length === 0) return err('its `keys` array is empty')
  if (members.length > MAX_JWKS_KEYS) return err(`it holds more than ${MAX_JWKS_KEYS} keys`)
  return ok(members)
}

function collectKeys(members: readonly unknown[], { algorithms, keyUse }: AcceptedKeys): KeySet {
  const exposed = new Set(members.map((member) => exposedThumbprint(member)))
  const keys: VerificationKey[] = []
  const ignored: IgnoredKey[] = []
  for (const member of members) {
    const kid = readKid(member)
    const imported = importJwk(member, algorithms, keyUse)
    if (!imported.ok) {
      const isUntrusted = !isForOthers(member, algorithms, keyUse)
      ignored.push({ kid, why: imported.error, ...(isUntrusted ? { isUntrusted } : {}) })
    } else if (exposed.has(imported.value.thumbprint)) {
      const why = 'its private key is in the same set, for all to see: its owner must replace it'
      ignored.push({ kid, why, isUntrusted: true })
    } else if (keys.some((key) => isSameKey(key, imported.value))) {
      // The same key twice is one key.
    } else if (isKidFull(keys, imported.value.kid)) {
      ignored.push({ kid, why: `more than ${MAX_KEYS_TRIED} keys share its \`kid\`` })
    } else {
      keys.push(imported.value)
    }
  }
  return { keys, ignored }
}

/** Two of these in one set are one key. */
export const isSameKey = (a: VerificationKey, b: VerificationKey): boolean =>
  a.kid === b.kid &&
  a.thumbprint === b.thumbprint &&
  a.issuer === b.issuer &&
  [...a.verifiers.keys()].join() === [...b.verifiers.keys()].join()

const isKidFull = (keys: readonly VerificationKey[], kid: string | undefined): boolean =>
  kid !== undefined && keys.filter((key) => key.kid === kid).length >= MAX_KEYS_TRIED

/** Every key that is not pinned is ignored with its reason, so that a token of it is `unsuitable` and causes no fetch. */
function keepPinned({ keys, ignored }: KeySet, pin: readonly string[] | undefined): KeySet {
  if (pin === undefined) return { keys, ignored }
  const others = keys.filter((key) => !pin.includes(key.thumbprint))
  return {
    keys: keys.filter((key) => pin.includes(key.thumbprint)),
    // The thumbprint is what an operator would add to `pin`.
    ignored: [
      ...ignored,
      ...others.map(({ kid, thumbprint }) => ({
        kid,
        why: `it is not pinned; its thumbprint is ${thumbprint}`,
      })),
    ],
  }
}
