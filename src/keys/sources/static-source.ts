/** A key source whose keys never change: a secret, PEM files. */
import { createKeyHistories } from '../refresh/key-history.ts'
import { compileKeySet, selectKey, type KeySet } from '../key-set.ts'
import type { KeySource } from '../key-source.ts'

/** Creates the source from keys that are already checked. Its answers are final, and never `pending`. */
export function createStaticSource(description: string, keySet: KeySet, nowMs: () => number): KeySource {
  const set = compileKeySet(keySet)
  const histories = createKeyHistories()
  const loadedAtMs = nowMs()
  histories.take(set.keys, loadedAtMs)
  return {
    lookup: (kid, algorithm) => selectKey(set, kid, algorithm),
    trusts: (key) => histories.use(key, nowMs()),
    noteUse: (key) => void histories.use(key, nowMs()),
    status: () => ({
      description,
      state: 'fresh',
      keys: set.keys,
      ignored: set.ignored,
      loadedAtMs,
      lastError: undefined,
      history: histories.list(),
    }),
    started: Promise.resolve(),
    ready: Promise.resolve(),
    close: () => undefined,
  }
}
