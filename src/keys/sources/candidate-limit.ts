/** The bound on how many keys of an operator's own files and texts are tried for a token. */
import { WarderError } from '../../errors.ts'
import { ALGORITHM_NAMES, type Algorithm } from '../../syntax/algorithms.ts'
import { MAX_KEYS_TRIED, type KeySource } from '../key-source.ts'
import { quote } from '../quote.ts'
import type { VerificationKey } from '../verification-key.ts'

/** Keys of one name that fit one algorithm: all are tried for a token. */
interface CandidateGroup {
  /** The `kid` that all of them have; undefined if they have none. */
  readonly kid: string | undefined
  readonly algorithm: Algorithm
  readonly count: number
}

/**
 * Refuses more keys than are tried for one token, in all local sources of an issuer together: the tokens of each would
 * be denied. A single source is checked when it is read. What the network publishes changes without the operator, and is
 * bounded at each look-up.
 *
 * @throws WarderError `ERR_KEYS_CROWDED`.
 */
export function assertFewCandidates(parts: readonly KeySource[]): void {
  const group = parts.length > 1 ? findLargeGroup(parts) : undefined
  if (group === undefined) return
  const { kid, algorithm, count } = group
  const which = kid === undefined ? 'without a `kid`' : `with the \`kid\` ${quote(kid)}`
  const message = `${count} keys ${which} fit ${algorithm}; at most ${MAX_KEYS_TRIED} are tried for a token`
  throw new WarderError('ERR_KEYS_CROWDED', message, {
    hints: [
      'Give each key a `kid` that its tokens name: `secret: [{ value: …, kid: … }, …]`, or use a JWK set instead of PEM.',
      'Or remove keys that have been replaced.',
    ],
  })
}

function findLargeGroup(parts: readonly KeySource[]): CandidateGroup | undefined {
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
  for (const [kid, group] of groups) {
    for (const algorithm of ALGORITHM_NAMES) {
      const count = [...group.values()].filter(({ verifiers }) => verifiers.has(algorithm)).length
      if (count > MAX_KEYS_TRIED) return { kid, algorithm, count }
    }
  }
  return undefined
}
