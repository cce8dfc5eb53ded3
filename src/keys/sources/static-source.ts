/** Key sources whose keys are at hand: a secret, PEM, a local JWK set. */
import { ok } from '../../result.ts'
import { selectKey, type KeySet } from '../key-set.ts'
import type { KeySource } from '../key-source.ts'
import { createLiveKeys, type LiveKeys } from '../refresh/live-keys.ts'

/** Creates the source from keys that are already checked, and never change. */
export function createStaticSource(description: string, keySet: KeySet, nowMs: () => number): KeySource {
  const live = createLiveKeys(description, { nowMs })
  live.accept(ok(keySet))
  return createLocalSource(live)
}

/**
 * Creates the source of keys that are loaded elsewhere. Its answers are final, and never `pending`.
 *
 * @param retryAfterSeconds What a client is told while there are no keys.
 */
export const createLocalSource = (
  live: LiveKeys,
  retryAfterSeconds = 1,
  close: () => void = () => undefined,
): KeySource => ({
  lookup(kid, algorithm) {
    const set = live.current()
    return set === undefined ? { state: 'unavailable', retryAfterSeconds } : selectKey(set, kid, algorithm)
  },
  trusts: live.trusts,
  noteUse: live.noteUse,
  status: live.status,
  started: Promise.resolve(),
  ready: Promise.resolve(),
  close,
})
