/** A key source that loads its keys over the network and keeps them fresh in the background. */
import { err, ok } from '../../result.ts'
import type { KeyDeps } from '../key-deps.ts'
import { selectKey } from '../key-set.ts'
import type { RemoteKeySettings } from '../../settings/keys/key-source.ts'
import type { KeyLookup, KeySource, LoadingStatus } from '../key-source.ts'
import type { SnapshotStore } from '../snapshot/snapshot-store.ts'
import { isKid } from '../verification-key.ts'
import { createLiveKeys, type LiveKeys } from './live-keys.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { createLoadLoop, type LoadLoop, type LoadLoopOptions, type RunningLoad } from './load-loop.ts'
import { createUnknownKids, type UnknownKids } from './unknown-kids.ts'

/** Longest wait for keys at the start, in milliseconds: a provider that starts together with us is up by then. */
const LONGEST_START_WAIT_MS = 30_000

/** Between two loads that somebody requests, in milliseconds: nobody can hammer a provider through the admin API. */
const REFRESH_EACH_MS = 10_000

export interface RemoteSourceOptions
  extends Omit<LoadLoopOptions, 'onLoaded'>, Pick<RemoteKeySettings, 'cooldownMs' | 'startup'> {
  /** `jwks_url URL` or `discovery ISSUER`. */
  readonly description: string
  /** Where the keys outlive a run, if anywhere. */
  readonly store?: SnapshotStore | undefined
}

/**
 * Creates the source and starts its first load. At most one load runs at a time. A good load replaces all
 * keys, any failure keeps them until they are too old, and known keys are never waited for.
 *
 * Requests wait for the network in two cases only, and then together for at most `firstFetchWaitMs`: during
 * the very first load, and for a kid that is not known yet while the one fetch that it may cause is running.
 */
export function createRemoteSource(
  options: RemoteSourceOptions,
  deps: Pick<KeyDeps, 'nowMs' | 'setTimer' | 'random' | 'onEvent'>,
): KeySource {
  const live = createLiveKeys(options.description, deps, options.maxStaleMs)
  const unknownKids = createUnknownKids(options.cooldownMs, deps.nowMs)
  const readiness = createReadiness(options.startup === 'wait', deps.setTimer)
  let origin = restore(live, options.store)
  const onLoaded: LoadLoopOptions['onLoaded'] = (loaded) => {
    if (!loaded.ok) return live.accept(err(loaded.error.why))
    const { changed } = loaded.value
    live.accept(ok(changed?.keySet ?? 'unchanged'))
    origin = 'network'
    readiness.announce()
    keepSnapshot(live, options.store, changed?.document, deps.nowMs())
  }
  const loop = createLoadLoop({ ...options, onLoaded }, deps)
  const firstLoad = loop.begin('whole')
  let nextRefreshAtMs = -Infinity

  return {
    lookup(kid, algorithm, mayWait) {
      const set = live.current()
      if (set === undefined) return withoutKeys(loop, mayWait ? firstLoad : undefined, deps.nowMs)
      const selected = selectKey(set, kid, algorithm)
      if (selected.state !== 'kid_unknown' || kid === undefined || !mayWait) return selected
      const settled = lookForKid(kid, loop, unknownKids)
      return settled === undefined ? selected : { state: 'pending', settled }
    },
    trusts: live.trusts,
    noteUse: live.noteUse,
    status() {
      const status = live.status()
      const { loadedAtMs } = status
      const usableUntilMs = loadedAtMs === undefined ? undefined : loadedAtMs + options.maxStaleMs
      const { inARow: failures, lastAtMs: lastErrorAtMs } = live.failures()
      const nextLoadAtMs = loop.nextAtMs()
      return { ...status, loading: { origin, failures, lastErrorAtMs, nextLoadAtMs, usableUntilMs } }
    },
    async refresh() {
      const running = loop.running()
      if (running === undefined) {
        if (loop.isStopped() || loop.isAskedToWait() || deps.nowMs() < nextRefreshAtMs) return 'too_soon'
        nextRefreshAtMs = deps.nowMs() + REFRESH_EACH_MS
      }
      await (running ?? loop.begin('whole')).ended
      return live.failures().inARow === 0 && !loop.isStopped() ? 'loaded' : 'failed'
    },
    started: firstLoad.ended,
    ready: readiness.reached,
    close() {
      loop.stop()
      readiness.announce()
    },
  }
}

/** The answer while no keys may be used; a load that is due begins. */
function withoutKeys(loop: LoadLoop, firstLoad: RunningLoad | undefined, nowMs: () => number): KeyLookup {
  if (loop.running() === undefined && loop.isOverdue() && !loop.isStopped()) loop.begin('whole')
  const settled = loop.running() === firstLoad ? firstLoad?.wait() : undefined
  if (settled !== undefined) return { state: 'pending', settled }
  return { state: 'unavailable', retryAfterSeconds: retryAfterSeconds(loop.nextAtMs(), nowMs()) }
}

/** The load that may bring the key of an unknown kid; undefined when none may be waited for. */
function lookForKid(kid: string, loop: LoadLoop, unknownKids: UnknownKids): Promise<void> | undefined {
  const running = loop.running()
  if (loop.isStopped() || !isKid(kid) || unknownKids.isKnownUnknown(kid, running)) return undefined
  // The cooldown is claimed before the fetch: a thousand requests at once still cause one.
  if (running === undefined && (loop.isAskedToWait() || !unknownKids.claimFetch())) return undefined
  const load = running ?? loop.begin('whole')
  unknownKids.remember(kid, load)
  return load.wait()
}

function restore(live: LiveKeys, store: SnapshotStore | undefined): LoadingStatus['origin'] {
  const restored = store?.restore()
  if (restored === undefined) return undefined
  live.restore(restored.keySet, restored.loadedAtMs, restored.firstSeen)
  return 'snapshot'
}

function keepSnapshot(
  live: LiveKeys,
  store: SnapshotStore | undefined,
  document: Uint8Array | undefined,
  nowMs: number,
): void {
  if (store === undefined) return
  const inForce = live.status().history.filter((key) => key.isInForce)
  const firstSeen = new Map(inForce.map((key) => [key.thumbprint, key.firstSeenMs]))
  store.keep(document, { loadedAtMs: nowMs, firstSeen })
}

/** What listeners wait for at the start. */
interface Readiness {
  /** Resolves when it is announced, or after half a minute. Never rejects. */
  readonly reached: Promise<void>
  announce(): void
}

function createReadiness(isAwaited: boolean, setTimer: KeyDeps['setTimer']): Readiness {
  if (!isAwaited) return { reached: Promise.resolve(), announce: () => undefined }
  let resolveReached = (): void => undefined
  const reached = new Promise<void>((resolve) => {
    resolveReached = resolve
  })
  const cancelTimer = setTimer(resolveReached, LONGEST_START_WAIT_MS)
  return {
    reached,
    announce() {
      cancelTimer()
      resolveReached()
    },
  }
}
