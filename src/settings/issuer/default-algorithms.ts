/** The algorithms of an issuer that does not name any: the one place that decides them. */
import { ALGORITHM_NAMES, ALGORITHMS, type Algorithm } from '../../syntax/algorithms.ts'

export const isHmac = (algorithm: Algorithm): boolean => ALGORITHMS[algorithm].kind === 'hmac'

/**
 * A secret verifies HS256. Public keys verify every public-key algorithm that the runtime has, which is safe
 * because a key only ever verifies the algorithms of its own type; HMAC is never among them.
 */
export function defaultAlgorithms(
  keys: 'secret' | 'public',
  supported: ReadonlySet<Algorithm>,
): readonly Algorithm[] {
  if (keys === 'secret') return ['HS256']
  return ALGORITHM_NAMES.filter((name) => !isHmac(name) && supported.has(name))
}
