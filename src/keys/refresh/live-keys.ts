/** The keys that are in force now, and how the last attempt to load them went. */
import type { Result } from '../../result.ts'
import type { KeyDeps, KeyEvent } from '../key-deps.ts'
import { createKeyHistories } from './key-history.ts'
import { loadEvents, refusalEvents } from './load-events.ts'
import { compileKeySet, type CompiledKeySet, type KeySet } from '../key-set.ts'
import type { KeySource, KeySourceStatus } from '../key-source.ts'

/** The state of a source that loads more than once. */
export interface LiveKeys extends Pick<KeySource, 'trusts' | 'noteUse' | 'status'> {
  /** The last good set; undefined before the first good load, and while it is too old. */
  readonly current: () => CompiledKeySet | undefined
  /** Takes the outcome of a load: a good set replaces all of the old one, a failure changes no key. */
  readonly accept: (loaded: Result<KeySet | 'unchanged', string>) => void
  /** Takes keys that an earlier run has loaded, until the first load of this one. */
  readonly restore: (keySet: KeySet, loadedAtMs: number, firstSeen: ReadonlyMap<string, number>) => void
  /** Failed loads in a row, and when the last of them failed, epoch milliseconds. */
  readonly failures: () => { readonly inARow: number; readonly lastAtMs: number | undefined }
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
  let inForce: InForce | undefined
  let failing: Failing | undefined

  const report = (events: readonly KeyEvent[]): void => {
    for (const event of events) deps.onEvent?.(event)
  }

  // The distance: keys that a clock says are from far in the future are as doubtful as old ones.
  const isYoungAt = (nowMs: number): boolean =>
    inForce !== undefined && Math.abs(nowMs - inForce.loadedAtMs) <= maxStaleMs

  const replace = (next: KeySet | 'unchanged', atMs: number): void => {
    const previous = inForce?.set
    const set = next === 'unchanged' ? previous : compileKeySet(next, previous)
    inForce = set && { set, loadedAtMs: atMs, isRestored: false }
    failing = undefined
    histories.take(set?.keys ?? [], atMs)
    report(loadEvents(source, previous, set))
  }

  const state = (): KeySourceStatus['state'] => {
    if (inForce === undefined) return 'empty'
    if (!isYoungAt(deps.nowMs())) return 'expired'
    return failing === undefined && !inForce.isRestored ? 'fresh' : 'stale'
  }

  return {
    current: () => (isYoungAt(deps.nowMs()) ? inForce?.set : undefined),
    accept(loaded) {
      const nowMs = deps.nowMs()
      if (loaded.ok) return replace(loaded.value, nowMs)
      failing = { failures: (failing?.failures ?? 0) + 1, error: loaded.error, atMs: nowMs }
      const { failures } = failing
      const kept = isYoungAt(nowMs) ? (inForce?.set.keys.length ?? 0) : 0
      report([{ type: 'refresh_failed', source, why: loaded.error, failures, kept }])
    },
    restore(keySet, loadedAtMs, firstSeen) {
      const set = compileKeySet(keySet)
      inForce = { set, loadedAtMs, isRestored: true }
      histories.take(set.keys, loadedAtMs, firstSeen)
      report(refusalEvents(source, set.ignored, []))
    },
    trusts(key) {
      const nowMs = deps.nowMs()
      return isYoungAt(nowMs) && histories.use(key, nowMs)
    },
    noteUse: (key) => void histories.use(key, deps.nowMs()),
    status: () => ({
      description: source,
      state: state(),
      keys: inForce?.set.keys ?? [],
      ignored: inForce?.set.ignored ?? [],
      loadedAtMs: inForce?.loadedAtMs,
      lastError: failing?.error,
      history: histories.list(),
    }),
    failures: () => ({ inARow: failing?.failures ?? 0, lastAtMs: failing?.atMs }),
  }
}

interface InForce {
  readonly set: CompiledKeySet
  readonly loadedAtMs: number
  readonly isRestored: boolean
}

/** The failures since the last good load. */
interface Failing {
  readonly failures: number
  readonly error: string
  readonly atMs: number
}
