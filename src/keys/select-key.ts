/** Which keys of a set may verify a token. */
import type { Algorithm } from './algorithms.ts'
import type { KeyLookup } from './key-source.ts'
import type { CompiledKeySet } from './key-set.ts'

const KID_UNKNOWN: KeyLookup = { state: 'kid_unknown' }
const UNSUITABLE: KeyLookup = { state: 'unsuitable' }

/**
 * Selects by `kid`, or, when the token names none, by algorithm alone. Where no key of the set has a `kid`
 * (PEM, secret) all are candidates for any `kid`. A `kid` is only ever compared: `__proto__` is a name.
 *
 * @see RFC 7515 §4.1.4
 */
export function selectKey(set: CompiledKeySet, kid: string | undefined, algorithm: Algorithm): KeyLookup {
  if (kid === undefined || set.isWithoutKids) return set.overall.get(algorithm) ?? UNSUITABLE
  const answers = set.byKid.get(kid)
  return answers === undefined ? KID_UNKNOWN : (answers.get(algorithm) ?? UNSUITABLE)
}
