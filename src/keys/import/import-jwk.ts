/** One JWK of a key set, made into a key that can only verify, or refused with the reason. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { err, ok, type Result } from '../../result.ts'
import { isAlgorithm, type Algorithm } from '../../syntax/algorithms.ts'
import { toCanonicalMember } from './canonical-member.ts'
import { readCertificateKey } from './certificate-key.ts'
import type { KeyUse } from '../../settings/keys/key-source.ts'
import { isKid, toVerificationKey, type VerificationKey } from '../verification-key.ts'
import { isJsonObject, type JsonObject } from '../../strict-json.ts'
import { quote } from '../quote.ts'
import { KEY_MEMBERS, readPublicKeyFacts, type PublicKeyFacts } from './public-key-facts.ts'

/** Private and symmetric members, RFC 7518 §6.2.2, §6.3.2, §6.4.1, RFC 8037 §2, RFC 9964 §6. */
export const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const
/** The longest member of an accepted key is the public key of ML-DSA-87: 3,456 characters. */
const MAX_MEMBER_LENGTH = 4096

/**
 * Imports one member of a JWK set. Stricter than RFC 7517 §5, which lets readers ignore what they do not
 * understand: a key with a secret member, another purpose, an unknown `alg` or a damaged number is refused,
 * never repaired.
 *
 * @param algorithms The issuer's; the key verifies with those of them that fit it, and, when it has an `alg`,
 *   with that one alone.
 * @returns the key, or why it is not usable, for people; key material is never in the text.
 * @see RFC 7517 §4
 */
export function importJwk(
  jwk: unknown,
  algorithms: readonly Algorithm[],
  keyUse: KeyUse = 'sig',
): Result<VerificationKey, string> {
  if (!isJsonObject(jwk)) return err('the key is not a JSON object')
  const refusal = findRefusal(jwk, keyUse)
  if (refusal !== undefined) return err(refusal)

  const certified = readCertificateKey(jwk['x5c'])
  const key = readKey(jwk, certified)
  if (!key.ok) return key
  const facts = readPublicKeyFacts(key.value)
  if (!facts.ok) return facts
  if (facts.value.members['kty'] !== jwk['kty']) return err('`x5c` holds a key of another `kty`')
  if (NAMES.some((name) => isOtherName(jwk[name], facts.value.members[name])))
    return err('`x5c` holds a key of another kind than the members beside it')
  if (isAnotherKey(certified, facts.value)) return err('`x5c` holds another key than the members beside it')
  const allowed = allowedFor(jwk, algorithms)
  if (!allowed.ok) return allowed
  const made = toVerificationKey(key.value, facts.value, readKid(jwk), allowed.value)
  return made.ok && Object.hasOwn(jwk, 'issuer') ? ok({ ...made.value, issuer: issuerOf(jwk) }) : made
}

/** A value that is not a text of comparable length is not the issuer of any token. */
const issuerOf = ({ issuer }: JsonObject): string =>
  typeof issuer === 'string' && issuer.length <= MAX_ISSUER_LENGTH ? issuer : ''

const MAX_ISSUER_LENGTH = 1_024

/**
 * True if a key was published with members that must be secret. Its public half is then worthless, wherever else it
 * stands.
 */
export const holdsSecret = (jwk: unknown): boolean =>
  isJsonObject(jwk) && SECRET_MEMBERS.some((name) => Object.hasOwn(jwk, name))

/** The thumbprint of the public half of a key that holds a secret; undefined if there is none. */
export function exposedThumbprint(jwk: unknown): string | undefined {
  if (!isJsonObject(jwk) || !holdsSecret(jwk) || !KEY_MEMBERS.has(jwk['kty'])) return undefined
  const key = readKey(jwk, readCertificateKey(jwk['x5c']))
  const facts = key.ok ? readPublicKeyFacts(key.value) : key
  return facts.ok ? facts.value.thumbprint : undefined
}

/** True when a key declares another purpose: another use, or an algorithm not wanted here. */
export function isForOthers(jwk: unknown, algorithms: readonly Algorithm[], keyUse: KeyUse = 'sig'): boolean {
  // A published private key matters, whatever its purpose.
  if (!isJsonObject(jwk) || holdsSecret(jwk)) return false
  const { use, alg } = jwk
  const ops = jwk['key_ops']
  if (use !== undefined && use !== keyUse) return true
  if (Array.isArray(ops) && !ops.includes('verify')) return true
  return alg !== undefined && !algorithms.some((name) => isSameAlgorithm(name, alg))
}

/** Those of the algorithms that the key itself allows. */
export function allowedFor(
  { alg }: JsonObject,
  algorithms: readonly Algorithm[],
): Result<readonly Algorithm[], string> {
  const allowed = alg === undefined ? algorithms : algorithms.filter((name) => isSameAlgorithm(name, alg))
  return allowed.length > 0
    ? ok(allowed)
    : err(`\`alg\` ${quote(alg)} is not among the algorithms of this issuer`)
}

/** `EdDSA` is the older name of what RFC 9864 §2.2 calls `Ed25519`: here it stands for that curve alone. */
const isSameAlgorithm = (name: Algorithm, alg: unknown): boolean =>
  name === alg || (EDWARDS_NAMES.includes(name) && EDWARDS_NAMES.includes(alg))

const EDWARDS_NAMES: readonly unknown[] = ['EdDSA', 'Ed25519']

/** The `kid` of a JWK if it can be used and printed; undefined otherwise. */
export function readKid(jwk: unknown): string | undefined {
  const kid = isJsonObject(jwk) ? jwk['kid'] : undefined
  return isKid(kid) ? kid : undefined
}

function findRefusal(jwk: JsonObject, keyUse: KeyUse): string | undefined {
  const { kty } = jwk
  if (kty === 'oct')
    return 'symmetric keys are accepted from `secret` only, and a published one is known to all'
  if (!KEY_MEMBERS.has(kty)) return `\`kty\` ${quote(kty)} is not supported`
  const secret = SECRET_MEMBERS.find((name) => Object.hasOwn(jwk, name))
  // A published private key is a broken key, whatever its public half says.
  if (secret !== undefined) return `it holds the private member \`${secret}\`: its owner must replace it`
  return findOtherPurpose(jwk, keyUse)
}

/** Why a key cannot be named, or is not for verifying; undefined if it is. Also for symmetric keys. */
export function findOtherPurpose(jwk: JsonObject, keyUse: KeyUse): string | undefined {
  const { use, alg, kid } = jwk
  const keyOps = jwk['key_ops']
  if (kid !== undefined && readKid(jwk) === undefined)
    return '`kid` is not 1 to 256 printable ASCII characters'
  if (use === undefined ? keyUse !== 'sig' : use !== keyUse) {
    return `\`use\` is ${use === undefined ? 'absent' : quote(use)}, not "${keyUse}"`
  }
  if (keyOps !== undefined && !(Array.isArray(keyOps) && keyOps.includes('verify'))) {
    return '`key_ops` does not hold "verify"'
  }
  if (alg !== undefined && !isAlgorithm(alg))
    return `\`alg\` ${quote(alg)} is not a known signature algorithm`
  return undefined
}

/** RFC 7517 §4.7 lets a certificate stand beside the key; some issuers publish nothing else. */
const hasNoKey = (jwk: JsonObject): boolean =>
  (KEY_MEMBERS.get(jwk['kty']) ?? []).every((name) => NAMES.includes(name) || jwk[name] === undefined)

const readKey = (jwk: JsonObject, certified: KeyObject | undefined): Result<KeyObject, string> =>
  certified !== undefined && hasNoKey(jwk) ? ok(certified) : importPublicKey(jwk)

/** True if the JWK names another curve or parameter set than the key has. `alg` is one for keys of `AKP` alone. */
const isOtherName = (written: unknown, has: string | undefined): boolean =>
  has !== undefined && written !== undefined && written !== has

/** An unreadable certificate proves nothing; one that contradicts the key makes it doubtful. */
function isAnotherKey(certified: KeyObject | undefined, { thumbprint }: PublicKeyFacts): boolean {
  const facts = certified === undefined ? undefined : readPublicKeyFacts(certified)
  return facts !== undefined && (!facts.ok || facts.value.thumbprint !== thumbprint)
}

/** Members that are names, not numbers. */
const NAMES: readonly string[] = ['kty', 'crv', 'alg']

function importPublicKey(jwk: JsonObject): Result<KeyObject, string> {
  const picked: Record<string, unknown> = {}
  for (const name of KEY_MEMBERS.get(jwk['kty']) ?? []) {
    const value = jwk[name]
    if (typeof value !== 'string' || value.length > MAX_MEMBER_LENGTH) {
      return err(`\`${name}\` is missing, not text, or too long`)
    }
    picked[name] = value
    if (NAMES.includes(name)) continue
    const canonical = toCanonicalMember(value, jwk['kty'] === 'RSA')
    if (canonical === undefined) return err(`\`${name}\` is not base64url, or has stray bits at its end`)
    picked[name] = canonical
  }
  try {
    const key = createPublicKey({ key: picked, format: 'jwk' })
    const written = key.export({ format: 'jwk' }) as JsonObject
    const other = Object.keys(picked).find(
      (name) => written[name] !== undefined && written[name] !== picked[name],
    )
    // The runtime has read something else than is written: a coordinate of another length, for example.
    return other === undefined ? ok(key) : err(`\`${other}\` is not in canonical form`)
  } catch {
    // The runtime's own message may quote the input, and adds nothing.
    const name = picked['crv'] ?? picked['alg']
    const of = name === undefined ? '' : ` of ${quote(name)}`
    return err(`it is not a valid public key${of}, or this runtime does not support it`)
  }
}
