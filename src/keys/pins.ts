/** Keys that an operator has named in advance, and no others. */
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import type { KeySet } from './key-set.ts'

/**
 * Leaves the keys with these thumbprints; every other one is ignored with its reason, so that a token of it is
 * `unsuitable` and causes no fetch. A set without any pinned key is an error: it must not replace one that has.
 *
 * @param pin Absent: the set stays as it is.
 */
export function keepPinned(keySet: KeySet, pin: readonly string[] | undefined): Result<KeySet, string> {
  if (pin === undefined) return ok(keySet)
  const keys = keySet.keys.filter((key) => pin.includes(key.thumbprint))
  if (keys.length === 0) return err('none of its keys is pinned')
  const refused = keySet.keys.filter((key) => !pin.includes(key.thumbprint))
  return ok({
    keys,
    ignored: [
      ...keySet.ignored,
      ...refused.map(({ kid, thumbprint }) => ({ kid, why: whyNotPinned(thumbprint) })),
    ],
  })
}

/** For people; the thumbprint is what they would add to `pin`. */
export const whyNotPinned = (thumbprint: string): string =>
  `it is not pinned; its thumbprint is ${thumbprint}`
