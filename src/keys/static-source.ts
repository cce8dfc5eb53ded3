/** A key source whose keys never change: a secret, PEM files. */
import { compileKeySet } from './key-set.ts'
import type { KeySet } from './key-set.ts'
import type { KeySource } from './key-source.ts'
import { selectKey } from './select-key.ts'

/** Creates the source from keys that are already checked. Its answers are final, and never `pending`. */
export function createStaticSource(description: string, keySet: KeySet, loadedAtMs: number): KeySource {
  const set = compileKeySet(keySet)
  return {
    lookup: (kid, algorithm) => selectKey(set, kid, algorithm),
    trusts: (key) => set.trusted.has(key),
    status: () => ({
      description,
      state: 'fresh',
      keys: set.keys,
      ignored: set.ignored,
      loadedAtMs,
      lastError: undefined,
    }),
    started: Promise.resolve(),
    close: () => undefined,
  }
}
