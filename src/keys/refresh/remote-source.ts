/** A key source that loads its keys over the network and keeps them fresh in the background. */
import { err, ok, type Result } from '../../result.ts'
import { refreshDelayMs, retryDelayMs } from './backoff.ts'
import { createFlight, type Flight } from './flight.ts'
import type { LoadedKeys, LoadFailure, LoadKeys } from '../fetch/jwks-loader.ts'
import type { KeyDeps } from '../key-deps.ts'
import type { KeyLookup, KeySource, LoadingStatus } from '../key-source.ts'
import type { RemoteKeySettings } from '../../settings/keys/definition.ts'
import { isKid } from '../verification-key.ts'
import { createLiveKeys } from './live-keys.ts'
import { selectKey } from '../key-set.ts'
import type { SnapshotStore } from '../snapshot/snapshot-store.ts'
import { createStartGate } from './start-gate.ts'
import { createUnknownKids } from './unknown-kids.ts'

/** What a client is told at most: the longest wait between two tries of an issuer that does not ask for more. */
const LONGEST_RETRY_AFTER_SECONDS = 60

export interface RemoteSourceOptions extends Pick<
  RemoteKeySettings,
  'refreshMs' | 'minRefreshMs' | 'maxRefreshMs' | 'maxStaleMs' | 'cooldownMs' | 'firstFetchWaitMs' | 'startup'
> {
  /** `jwks_url URL` or `discovery ISSUER`. */
  readonly description: string
  readonly load: LoadKeys
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
  const { store } = options
  const live = createLiveKeys(options.description, deps, options.maxStaleMs)
  const unknownKids = createUnknownKids(options.cooldownMs, deps.nowMs)
  const gate = createStartGate(options.startup === 'wait', deps.setTimer)
  const stop = new AbortController()
  let origin: LoadingStatus['origin']
  let flight: Flight | undefined
  let nextLoadAtMs = deps.nowMs()
  let isAskedToWait = false
  let cancelTimer = (): void => undefined

  const startFlight = (ask: 'whole' | 'if_changed'): Flight => {
    cancelTimer()
    const started = createFlight(load(ask), options.firstFetchWaitMs, deps.setTimer)
    flight = started
    return started
  }

  const load = async (ask: 'whole' | 'if_changed'): Promise<void> => {
    const loaded = await loadSafely(options.load, stop.signal, ask)
    flight = undefined
    if (stop.signal.aborted) return
    // The next load is certain before anything else can go wrong.
    schedule(loaded)
    if (!loaded.ok) return live.accept(err(loaded.error.why))
    const { changed } = loaded.value
    live.accept(ok(changed?.keySet ?? 'unchanged'))
    origin = 'network'
    gate.open()
    keep(changed?.document)
  }

  const schedule = (loaded: Result<LoadedKeys, LoadFailure>): void => {
    const delayMs = loaded.ok
      ? refreshDelayMs(loaded.value.freshMs, options, deps.random())
      : retryDelayMs(live.failures() + 1, loaded.error.retryAfterMs, options, deps.random())
    isAskedToWait = !loaded.ok && loaded.error.retryAfterMs !== undefined
    nextLoadAtMs = deps.nowMs() + delayMs
    cancelTimer = deps.setTimer(() => startFlight('if_changed'), delayMs)
  }

  const keep = (document: Uint8Array | undefined): void => {
    if (store === undefined) return
    const { history } = live.status()
    const firstSeen = history
      .filter((key) => key.isInForce)
      .map((key) => [key.thumbprint, key.firstSeenMs] as const)
    store.keep(document, { loadedAtMs: deps.nowMs(), firstSeen: new Map(firstSeen) })
  }

  const restore = (): void => {
    const restored = store?.restore()
    if (restored === undefined) return
    live.restore(restored.keySet, restored.loadedAtMs, restored.firstSeen)
    origin = 'snapshot'
  }

  /**
   * Timers stand still while a machine sleeps, and do not see that a clock was set: when the keys are too old
   * all of a sudden, the next load is due, though its timer may be far from it.
   */
  const isOverdue = (): boolean => {
    const dueInMs = nextLoadAtMs - deps.nowMs()
    return dueInMs <= 0 || dueInMs > 2 * Math.max(options.refreshMs, options.maxRefreshMs)
  }

  const withoutKeys = (mayWait: boolean): KeyLookup => {
    if (flight === undefined && isOverdue() && !stop.signal.aborted) startFlight('whole')
    const settled = mayWait && flight === firstFlight ? firstFlight.wait() : undefined
    if (settled !== undefined) return { state: 'pending', settled }
    const seconds = Math.ceil((nextLoadAtMs - deps.nowMs()) / 1_000)
    // A clock that was set back must not send clients away for hours.
    const retryAfterSeconds = Math.min(Math.max(1, seconds), LONGEST_RETRY_AFTER_SECONDS)
    return { state: 'unavailable', retryAfterSeconds }
  }

  const mayBePublished = (kid: string): Promise<void> | undefined => {
    if (stop.signal.aborted || !isKid(kid) || unknownKids.isKnownUnknown(kid, flight)) return undefined
    // The cooldown is claimed before the fetch: a thousand requests at once still cause one.
    if (flight === undefined && (isAskedToWait || !unknownKids.claimFetch())) return undefined
    const current = flight ?? startFlight('whole')
    unknownKids.remember(kid, current)
    return current.wait()
  }

  restore()
  const firstFlight = startFlight('whole')

  return {
    lookup(kid, algorithm, mayWait) {
      const set = live.current()
      if (set === undefined) return withoutKeys(mayWait)
      const selected = selectKey(set, kid, algorithm)
      if (selected.state !== 'kid_unknown' || kid === undefined || !mayWait) return selected
      const settled = mayBePublished(kid)
      return settled === undefined ? selected : { state: 'pending', settled }
    },
    trusts: live.trusts,
    noteUse: live.noteUse,
    status() {
      const { loadedAtMs, lastErrorAtMs } = live.times()
      const usableUntilMs = loadedAtMs === undefined ? undefined : loadedAtMs + options.maxStaleMs
      const failures = live.failures()
      return { ...live.status(), loading: { origin, failures, lastErrorAtMs, nextLoadAtMs, usableUntilMs } }
    },
    started: firstFlight.ended,
    ready: gate.opened,
    close() {
      stop.abort()
      cancelTimer()
      gate.open()
    },
  }
}

async function loadSafely(
  load: LoadKeys,
  signal: AbortSignal,
  ask: 'whole' | 'if_changed',
): Promise<Result<LoadedKeys, LoadFailure>> {
  try {
    return await load(signal, ask)
  } catch {
    // A loader answers with a Result; anything thrown is a bug in it, and must not end the refreshing.
    return err({ why: 'loading failed unexpectedly' })
  }
}
