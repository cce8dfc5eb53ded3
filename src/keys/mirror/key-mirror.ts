/** A key source whose keys another process keeps fresh: look-ups are local, and only what is unknown is asked for. */
import type { KeyDeps } from '../key-deps.ts'
import { compileKeySet, selectKey, type CompiledKeySet } from '../key-set.ts'
import type { IgnoredKey, KeyLookup, KeySource, KeySourceStatus } from '../key-source.ts'
import { createKeyHistories } from '../refresh/key-history.ts'
import { retryAfterSeconds } from '../refresh/retry-after.ts'
import type { RemoteKeySettings } from '../../settings/keys/key-source.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { isKid, type VerificationKey } from '../verification-key.ts'
import { fromSharedKey, type SharedKey } from './shared-key.ts'

/** The keys of a source as they are sent. */
export interface SharedKeys {
  /** Undefined: the same keys as in the previous message. */
  readonly keySet:
    | { readonly keys: readonly SharedKey[]; readonly ignored: readonly IgnoredKey[] }
    | undefined
  /** Of the last good load, epoch milliseconds; undefined: there was none. */
  readonly loadedAtMs: number | undefined
  /** When the keys will be too old to be used; undefined for keys that do not age. */
  readonly usableUntilMs: number | undefined
  /** When the next load begins by itself; undefined for a source that does not load over the network. */
  readonly nextLoadAtMs: number | undefined
  /** Why the last load failed; undefined if it did not. */
  readonly lastError: string | undefined
  /** The last load failed, or there was none since the start. */
  readonly isStale: boolean
}

/** Asks the process that has the source. Resolves with whether it waited for a load; rejects if there is no answer. */
export type AskForKey = (kid: string | undefined, algorithm: Algorithm) => Promise<boolean>

export interface KeyMirror extends KeySource {
  /** Takes the keys that are in force from now on. */
  take(shared: SharedKeys): void
}

/**
 * After an answer that no load can bring the key, no look-up asks for so long, in milliseconds. So a flood of unknown
 * kids costs ten messages in a second; the process that has the source applies its cooldown to these.
 */
const QUIET_MS = 100

/** Most questions under way; each is for another kid. */
const MAX_ASKED = 1_000

/** What a question may take beyond the wait for the load, in milliseconds. */
const MESSAGE_WAIT_MS = 1_000

export interface KeyMirrorOptions {
  /** As in the status of the source. */
  readonly description: string
  /** Bounds of a remote source; absent for local keys, whose answers are final. */
  readonly remote?: Pick<RemoteKeySettings, 'cooldownMs' | 'firstFetchWaitMs'>
  readonly ask: AskForKey
  /** Called when a key is used, at most once a second for each. */
  readonly onUse: (key: VerificationKey) => void
}

/** Creates the mirror, empty. */
export function createKeyMirror(
  options: KeyMirrorOptions,
  deps: Pick<KeyDeps, 'nowMs' | 'setTimer'>,
): KeyMirror {
  const { description, remote } = options
  const { nowMs } = deps
  const histories = createKeyHistories(options.onUse)
  const askOnce = createQuestions(options, deps)
  let set: CompiledKeySet | undefined
  let shared: SharedKeys | undefined

  // The distance: a clock that is set back makes keys as doubtful as old ones.
  const isYoung = (now: number): boolean =>
    shared?.loadedAtMs !== undefined &&
    (shared.usableUntilMs === undefined ||
      Math.abs(now - shared.loadedAtMs) <= shared.usableUntilMs - shared.loadedAtMs)
  const current = (): CompiledKeySet | undefined => (isYoung(nowMs()) ? set : undefined)

  const stateNow = (): KeySourceStatus['state'] => {
    if (set === undefined) return 'empty'
    if (!isYoung(nowMs())) return 'expired'
    return shared?.isStale === true ? 'stale' : 'fresh'
  }

  return {
    lookup(kid, algorithm, mayWait) {
      const keys = current()
      const known: KeyLookup =
        keys === undefined
          ? { state: 'unavailable', retryAfterSeconds: retryAfterSeconds(shared?.nextLoadAtMs, nowMs()) }
          : selectKey(keys, kid, algorithm)
      const mayChange = keys === undefined || (known.state === 'kid_unknown' && isKid(kid))
      if (!mayWait || !mayChange || remote === undefined) return known
      const settled = askOnce(kid, algorithm)
      return settled === undefined ? known : { state: 'pending', settled }
    },
    trusts(key) {
      const now = nowMs()
      return isYoung(now) && histories.use(key, now)
    },
    noteUse: (key) => void histories.use(key, nowMs()),
    status: () => ({
      description,
      state: stateNow(),
      keys: set?.keys ?? [],
      ignored: set?.ignored ?? [],
      loadedAtMs: shared?.loadedAtMs,
      lastError: shared?.lastError,
      history: histories.list(),
    }),
    take(next) {
      shared = next
      if (next.keySet !== undefined) {
        const { keys, ignored } = next.keySet
        set = compileKeySet({ keys: keys.map(fromSharedKey), ignored }, set)
      }
      // Also if they are the same: a load has seen them again.
      if (set !== undefined) histories.take(set.keys, next.loadedAtMs ?? nowMs())
    },
    started: Promise.resolve(),
    ready: Promise.resolve(),
    close: () => undefined,
  }
}

/** Asks for each kid once at a time. Undefined: there is nothing to wait for. */
function createQuestions(
  { remote, ask }: KeyMirrorOptions,
  { nowMs, setTimer }: Pick<KeyDeps, 'nowMs' | 'setTimer'>,
): (kid: string | undefined, algorithm: Algorithm) => Promise<void> | undefined {
  const asked = new Map<string, Promise<void>>()
  const quietMs = Math.min(QUIET_MS, remote?.cooldownMs ?? 0)
  const waitMs = MESSAGE_WAIT_MS + (remote?.firstFetchWaitMs ?? 0)
  let quietSinceMs = Number.NEGATIVE_INFINITY

  const begin = async (id: string, kid: string | undefined, algorithm: Algorithm): Promise<void> => {
    let cancelTimer = (): void => undefined
    const late = new Promise<boolean>((resolve) => {
      cancelTimer = setTimer(() => resolve(false), waitMs)
    })
    // No answer: the keys stay as they are.
    const hasWaited = await Promise.race([ask(kid, algorithm), late]).catch(() => false)
    cancelTimer()
    asked.delete(id)
    if (!hasWaited) quietSinceMs = nowMs()
  }

  return (kid, algorithm) => {
    // The empty text is no kid.
    const id = kid ?? ''
    const running = asked.get(id)
    if (running !== undefined) return running
    // The distance: a clock that is set back must not stretch the silence.
    if (Math.abs(nowMs() - quietSinceMs) < quietMs || asked.size >= MAX_ASKED) return undefined
    const begun = begin(id, kid, algorithm)
    asked.set(id, begun)
    return begun
  }
}
