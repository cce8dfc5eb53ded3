/** The keys of one issuer at one time, prepared for lookups. */
import type { Algorithm } from '../syntax/algorithms.ts'
import { MAX_KEYS_TRIED, type KeyLookup, type KeySourceStatus } from './key-source.ts'
import type { VerificationKey } from './verification-key.ts'

/** What a load yields: the usable keys, and those that were offered and refused. */
export interface KeySet {
  readonly keys: readonly VerificationKey[]
  readonly ignored: KeySourceStatus['ignored']
}

/** The answer per algorithm. An algorithm that is absent is one that no key here may verify. */
export type AnswersByAlgorithm = ReadonlyMap<Algorithm, KeyLookup>

/** A key set with every answer made in advance: a lookup is two `Map.get` and no allocation. */
export interface CompiledKeySet extends KeySet {
  /** Identity of the key objects that are trusted now. */
  readonly trusted: ReadonlySet<VerificationKey>
  /** Answers for a token that names this `kid`. Empty: no key, usable or not, has one, and a token's names none. */
  readonly byKid: ReadonlyMap<string, AnswersByAlgorithm>
  /** Answers over all keys, for a token that names none. */
  readonly overall: AnswersByAlgorithm
}

/**
 * Prepares a key set. With the set that it replaces, a key that has not changed stays the same object, so
 * that tokens it verified stay verified; the same `kid` with other material is a new key, and so is one that answers
 * for other tokens than before.
 */
export function compileKeySet(next: KeySet, previous?: CompiledKeySet): CompiledKeySet {
  const identityBefore = identityIn(previous ?? NO_KEYS)
  const before = new Map((previous ?? NO_KEYS).keys.map((key) => [identityBefore(key), key]))
  const identity = identityIn(next)
  const keys = next.keys.map((key) => before.get(identity(key)) ?? key)

  const groups = new Map<string, VerificationKey[]>()
  for (const key of keys) if (key.kid !== undefined) addTo(groups, key.kid, key)
  const byKid = new Map<string, AnswersByAlgorithm>()
  // A refused key exists: its tokens are `unsuitable`, not of an unknown kid that is worth a fetch.
  for (const { kid } of next.ignored) if (kid !== undefined) byKid.set(kid, new Map())
  for (const [kid, group] of groups) byKid.set(kid, toAnswers(group))

  return {
    keys,
    ignored: next.ignored,
    trusted: new Set(keys),
    byKid,
    overall: toAnswers(keys, byKid.size === 0),
  }
}

/**
 * Selects by `kid`, or, when the token names none, by algorithm alone. If no key of the set has a `kid`
 * (PEM, secret), all are candidates for any `kid`. A `kid` is only ever compared: `__proto__` is a name.
 *
 * @see RFC 7515 §4.1.4
 */
export function selectKey(set: CompiledKeySet, kid: string | undefined, algorithm: Algorithm): KeyLookup {
  if (kid === undefined || set.byKid.size === 0) return set.overall.get(algorithm) ?? UNSUITABLE
  const answers = set.byKid.get(kid)
  return answers === undefined ? KID_UNKNOWN : (answers.get(algorithm) ?? UNSUITABLE)
}

const KID_UNKNOWN: KeyLookup = { state: 'kid_unknown' }
const UNSUITABLE: KeyLookup = { state: 'unsuitable' }

const NO_KEYS: KeySet = { keys: [], ignored: [] }

/** Everything about a key of a set that an operator or a cache can tell apart. */
function identityIn({ keys, ignored }: KeySet): (key: VerificationKey) => string {
  // Then a key answers for tokens with any `kid`.
  const isNameless = [...keys, ...ignored].every(({ kid }) => kid === undefined)
  const counts = new Map<string, number>()
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1)
  for (const { kid, verifiers } of keys)
    for (const algorithm of verifiers.keys()) {
      count(algorithm)
      if (kid !== undefined) count(`${algorithm} ${kid}`)
    }
  const isOneOfTooMany = (name: string): boolean => (counts.get(name) ?? 0) > MAX_KEYS_TRIED
  return (key) => {
    const algorithms = [...key.verifiers.keys()]
    return JSON.stringify([
      key.kid ?? isNameless,
      key.thumbprint,
      key.description,
      algorithms.map((algorithm) => [
        algorithm,
        isOneOfTooMany(algorithm),
        isOneOfTooMany(`${algorithm} ${key.kid}`),
      ]),
      key.issuer ?? null,
    ])
  }
}

function toAnswers(keys: readonly VerificationKey[], isGuess = false): AnswersByAlgorithm {
  const groups = new Map<Algorithm, VerificationKey[]>()
  for (const key of keys) for (const algorithm of key.verifiers.keys()) addTo(groups, algorithm, key)
  return new Map([...groups].map(([algorithm, group]) => [algorithm, toAnswer(group, isGuess)]))
}

function toAnswer(keys: readonly VerificationKey[], isGuess: boolean): KeyLookup {
  if (keys.length > MAX_KEYS_TRIED) return { state: 'kid_missing' }
  return isGuess ? { state: 'found', keys, isGuess } : { state: 'found', keys }
}

function addTo<K>(groups: Map<K, VerificationKey[]>, name: K, key: VerificationKey): void {
  const group = groups.get(name)
  if (group === undefined) groups.set(name, [key])
  else group.push(key)
}
