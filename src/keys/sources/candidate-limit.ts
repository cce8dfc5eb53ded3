/** The bound on how many keys of an operator's own files and texts are tried for a token. */
import { WarderError } from '../../errors.ts'
import { ALGORITHM_NAMES, type Algorithm } from '../../syntax/algorithms.ts'
import { MAX_KEYS_TRIED, type KeySource } from '../key-source.ts'
import { quote } from '../quote.ts'
import type { VerificationKey } from '../verification-key.ts'

/**
 * Refuses more keys than are tried for one token, in all local sources of an issuer together: the tokens of each would
 * be denied. A single source is checked when it is read. What the network publishes changes without the operator, and is
 * bounded at each look-up.
 *
 * @throws WarderError `ERR_KEYS_CROWDED`.
 */
export function assertFewCandidates(parts: readonly KeySource[]): void {
  if (parts.length < 2) return
  for (const [kid, keys] of localKeysByKid(parts)) {
    for (const algorithm of ALGORITHM_NAMES) {
      const count = [...keys.values()].filter(({ verifiers }) => verifiers.has(algorithm)).length
      if (count > MAX_KEYS_TRIED) throw crowded(kid, algorithm, count)
    }
  }
}

function crowded(kid: string | undefined, algorithm: Algorithm, count: number): WarderError {
  const which = kid === undefined ? 'without a `kid`' : `with the \`kid\` ${quote(kid)}`
  const message = `${count} keys ${which} fit ${algorithm}; at most ${MAX_KEYS_TRIED} are tried for a token`
  return new WarderError('ERR_KEYS_CROWDED', message, {
    hints: [
      'Give each key a `kid` that its tokens name: `secret: [{ value: …, kid: … }, …]`, or use a JWK set instead of PEM.',
      'Or remove keys that have been replaced.',
    ],
  })
}

/** By `kid`, undefined for none, then by thumbprint. */
function localKeysByKid(
  parts: readonly KeySource[],
): ReadonlyMap<string | undefined, ReadonlyMap<string, VerificationKey>> {
  const groups = new Map<string | undefined, Map<string, VerificationKey>>()
  for (const part of parts) {
    const { keys, ignored, loading } = part.status()
    if (loading !== undefined) continue
    // Beside keys with a `kid`, those without one are candidates only for tokens without one.
    const isNameless = [...keys, ...ignored].every(({ kid }) => kid === undefined)
    for (const key of keys) {
      if (key.kid === undefined && !isNameless) continue
      const group = groups.get(key.kid) ?? new Map<string, VerificationKey>()
      groups.set(key.kid, group.set(key.thumbprint, key))
    }
  }
  return groups
}
