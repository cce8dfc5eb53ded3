/** The keys that are in force now, and how the last attempt to load them went. */
import type { Result } from '../../result.ts'
import type { KeyDeps } from '../key-deps.ts'
import { createKeyHistories } from './key-history.ts'
import { compileKeySet, type CompiledKeySet, type KeySet } from '../key-set.ts'
import type { IgnoredKey, KeySourceStatus } from '../key-source.ts'
import type { VerificationKey } from '../verification-key.ts'

/** Most refused keys in one event: the first ones say what is wrong. */
const MAX_TOLD = 8

/** The state of a source that loads more than once. */
export interface LiveKeys {
  /** The last good set; undefined before the first good load, and while it is too old. */
  readonly current: () => CompiledKeySet | undefined
  /** Failed loads in a row. */
  readonly failures: () => number
  /** Takes the outcome of a load: a good set replaces all of the old one, a failure changes no key. */
  readonly accept: (loaded: Result<KeySet | 'unchanged', string>) => void
  /** Takes keys that an earlier run has loaded, until the first load of this one. */
  readonly restore: (keySet: KeySet, loadedAtMs: number, firstSeen: ReadonlyMap<string, number>) => void
  /** Identity of the key object: a key that left the set is untrusted from that moment. A yes is a use. */
  readonly trusts: (key: VerificationKey) => boolean
  readonly noteUse: (key: VerificationKey) => void
  readonly status: () => KeySourceStatus
  /** When the keys were loaded and when that last failed, epoch milliseconds. */
  readonly times: () => {
    readonly loadedAtMs: number | undefined
    readonly lastErrorAtMs: number | undefined
  }
}

/**
 * Creates the state, empty. `source` names it in its status and events.
 *
 * @param maxStaleMs Age at which keys that were not loaded again are not used any more. Default: never.
 */
export function createLiveKeys(
  source: string,
  deps: Pick<KeyDeps, 'nowMs' | 'onEvent'>,
  maxStaleMs: number = Number.POSITIVE_INFINITY,
): LiveKeys {
  const histories = createKeyHistories()
  let current: CompiledKeySet | undefined
  let loadedAtMs: number | undefined
  let lastError: string | undefined
  let lastErrorAtMs: number | undefined
  let failures = 0
  let isRestored = false

  // The distance: keys that a clock says are from far in the future are as doubtful as old ones.
  const isYoungAt = (nowMs: number): boolean =>
    loadedAtMs !== undefined && Math.abs(nowMs - loadedAtMs) <= maxStaleMs

  const replace = (next: KeySet | 'unchanged', atMs: number): void => {
    const previous = current
    current = next === 'unchanged' ? current : compileKeySet(next, current)
    loadedAtMs = atMs
    lastError = undefined
    failures = 0
    isRestored = false
    const { keys, ignored } = current ?? { keys: [], ignored: [] }
    histories.take(keys, atMs)
    deps.onEvent?.({ type: 'refreshed', source, usable: keys.length, ignored: ignored.length })
    const added = namesOfMissing(keys, previous)
    const removed = namesOfMissing(previous?.keys ?? [], current)
    if (added.length + removed.length > 0) deps.onEvent?.({ type: 'keys_changed', source, added, removed })
    tellRefused(ignored, previous?.ignored ?? [])
  }

  const tellRefused = (ignored: KeySet['ignored'], before: KeySet['ignored']): void => {
    const isNew = ({ kid, why }: IgnoredKey): boolean =>
      !before.some((old) => old.kid === kid && old.why === why)
    const refused = ignored.filter((key) => key.isUntrusted === true && isNew(key))
    if (refused.length === 0) return
    const told = refused.slice(0, MAX_TOLD).map(({ kid, why }) => ({ kid, why }))
    deps.onEvent?.({ type: 'keys_refused', source, refused: told })
  }

  const status = (): KeySourceStatus['state'] => {
    if (current === undefined) return 'empty'
    if (!isYoungAt(deps.nowMs())) return 'expired'
    return lastError === undefined && !isRestored ? 'fresh' : 'stale'
  }

  return {
    current: () => (isYoungAt(deps.nowMs()) ? current : undefined),
    failures: () => failures,
    accept(loaded) {
      const nowMs = deps.nowMs()
      if (loaded.ok) return replace(loaded.value, nowMs)
      failures += 1
      lastError = loaded.error
      lastErrorAtMs = nowMs
      const kept = isYoungAt(nowMs) ? (current?.keys.length ?? 0) : 0
      deps.onEvent?.({ type: 'refresh_failed', source, why: loaded.error, failures, kept })
    },
    restore(keySet, atMs, firstSeen) {
      current = compileKeySet(keySet)
      loadedAtMs = atMs
      isRestored = true
      histories.take(current.keys, atMs, firstSeen)
      tellRefused(current.ignored, [])
    },
    trusts(key) {
      const nowMs = deps.nowMs()
      return isYoungAt(nowMs) && histories.use(key, nowMs)
    },
    noteUse: (key) => void histories.use(key, deps.nowMs()),
    status: () => ({
      description: source,
      state: status(),
      keys: current?.keys ?? [],
      ignored: current?.ignored ?? [],
      loadedAtMs,
      lastError,
      history: histories.list(),
    }),
    times: () => ({ loadedAtMs, lastErrorAtMs: lastError === undefined ? undefined : lastErrorAtMs }),
  }
}

/** Names the keys that `other` does not have as the same objects. */
const namesOfMissing = (
  keys: readonly VerificationKey[],
  other: CompiledKeySet | undefined,
): readonly string[] =>
  keys.filter((key) => other?.trusted.has(key) !== true).map((key) => key.kid ?? key.thumbprint)
