/** The keys that are in force now, and how the last attempt to load them went. */
import type { Result } from '../result.ts'
import type { KeyDeps } from './key-deps.ts'
import { compileKeySet } from './key-set.ts'
import type { CompiledKeySet, KeySet } from './key-set.ts'
import type { KeySourceStatus } from './key-source.ts'
import type { VerificationKey } from './verification-key.ts'

/** The state of a source that loads more than once. */
export interface LiveKeys {
  /** The last good set; undefined before the first good load. */
  readonly current: () => CompiledKeySet | undefined
  /** Failed loads in a row. */
  readonly failures: () => number
  /** Takes the outcome of a load: a good set replaces all of the old one, a failure changes no key. */
  readonly accept: (loaded: Result<KeySet, string>) => void
  /** Identity of the key object: a key that left the set is untrusted from that moment. */
  readonly trusts: (key: VerificationKey) => boolean
  readonly status: () => KeySourceStatus
}

/** Creates the state, empty. `source` names it in its status and events. */
export function createLiveKeys(source: string, deps: Pick<KeyDeps, 'nowMs' | 'onEvent'>): LiveKeys {
  let current: CompiledKeySet | undefined
  let loadedAtMs: number | undefined
  let lastError: string | undefined
  let failures = 0

  const replace = (next: KeySet): void => {
    const previous = current
    current = compileKeySet(next, previous)
    loadedAtMs = deps.nowMs()
    lastError = undefined
    failures = 0
    deps.onEvent?.({ type: 'refreshed', source, usable: current.keys.length, ignored: next.ignored.length })
    const added = namesOfMissing(current, previous)
    const removed = previous === undefined ? [] : namesOfMissing(previous, current)
    if (added.length + removed.length > 0) deps.onEvent?.({ type: 'keys_changed', source, added, removed })
  }

  return {
    current: () => current,
    failures: () => failures,
    accept(loaded) {
      if (loaded.ok) return replace(loaded.value)
      failures += 1
      lastError = loaded.error
      const kept = current?.keys.length ?? 0
      deps.onEvent?.({ type: 'refresh_failed', source, why: loaded.error, failures, kept })
    },
    trusts: (key) => current?.trusted.has(key) === true,
    status: () => ({
      description: source,
      state: current === undefined ? 'empty' : lastError === undefined ? 'fresh' : 'stale',
      keys: current?.keys ?? [],
      ignored: current?.ignored ?? [],
      loadedAtMs,
      lastError,
    }),
  }
}

/** Names the keys of `set` that `other` does not have as the same objects. */
const namesOfMissing = (set: CompiledKeySet, other: CompiledKeySet | undefined): readonly string[] =>
  set.keys.filter((key) => other?.trusted.has(key) !== true).map((key) => key.kid ?? key.thumbprint)
