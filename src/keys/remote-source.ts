/** A key source that loads its keys over the network and keeps them fresh in the background. */
import { err } from '../result.ts'
import type { Result } from '../result.ts'
import { refreshDelayMs, retryDelayMs } from './backoff.ts'
import { createFlight } from './flight.ts'
import type { Flight } from './flight.ts'
import type { KeyDeps } from './key-deps.ts'
import type { KeySet } from './key-set.ts'
import type { KeyLookup, KeySource } from './key-source.ts'
import type { RemoteKeySettings } from './key-settings.ts'
import { isKid } from './kid.ts'
import { createLiveKeys } from './live-keys.ts'
import { selectKey } from './select-key.ts'
import { createUnknownKids } from './unknown-kids.ts'

/** The longest wait between two tries, see backoff.ts. */
const LONGEST_RETRY_AFTER_SECONDS = 60

/** Loads the keys once, within its own deadline; `signal` gives up early. The error is for people. */
export type LoadKeys = (signal: AbortSignal) => Promise<Result<KeySet, string>>

export interface RemoteSourceOptions extends Pick<
  RemoteKeySettings,
  'refreshMs' | 'cooldownMs' | 'firstFetchWaitMs'
> {
  /** `jwks_url URL` or `discovery ISSUER`. */
  readonly description: string
  readonly load: LoadKeys
}

/**
 * Creates the source and starts its first load. At most one load runs at a time. A good load replaces all
 * keys, any failure keeps them, and known keys are never waited for.
 *
 * Requests wait for the network in two cases only, and then together for at most `firstFetchWaitMs`: during
 * the very first load, and for a kid that is not known yet while the one fetch that it may cause is running.
 */
export function createRemoteSource(
  options: RemoteSourceOptions,
  deps: Pick<KeyDeps, 'nowMs' | 'setTimer' | 'random' | 'onEvent'>,
): KeySource {
  const live = createLiveKeys(options.description, deps)
  const unknownKids = createUnknownKids(options.cooldownMs, deps.nowMs)
  const stop = new AbortController()
  let flight: Flight | undefined
  let nextLoadAtMs = deps.nowMs()
  let cancelTimer = (): void => undefined

  const startFlight = (): Flight => {
    cancelTimer()
    const started = createFlight(load(), options.firstFetchWaitMs, deps.setTimer)
    flight = started
    return started
  }

  const load = async (): Promise<void> => {
    const loaded = await loadSafely(options.load, stop.signal)
    flight = undefined
    if (stop.signal.aborted) return
    // The next load is certain before anything else can go wrong.
    schedule(loaded.ok ? 0 : live.failures() + 1)
    live.accept(loaded)
  }

  const schedule = (failures: number): void => {
    const refreshMs = refreshDelayMs(options.refreshMs, deps.random())
    const delayMs = failures === 0 ? refreshMs : Math.min(refreshMs, retryDelayMs(failures, deps.random()))
    nextLoadAtMs = deps.nowMs() + delayMs
    cancelTimer = deps.setTimer(startFlight, delayMs)
  }

  const beforeFirstLoad = (mayWait: boolean): KeyLookup => {
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
    if (flight === undefined && !unknownKids.claimFetch()) return undefined
    const current = flight ?? startFlight()
    unknownKids.remember(kid, current)
    return current.wait()
  }

  const firstFlight = startFlight()

  return {
    lookup(kid, algorithm, mayWait) {
      const set = live.current()
      if (set === undefined) return beforeFirstLoad(mayWait)
      const selected = selectKey(set, kid, algorithm)
      if (selected.state !== 'kid_unknown' || kid === undefined || !mayWait) return selected
      const settled = mayBePublished(kid)
      return settled === undefined ? selected : { state: 'pending', settled }
    },
    trusts: live.trusts,
    status: live.status,
    started: firstFlight.ended,
    close() {
      stop.abort()
      cancelTimer()
    },
  }
}

async function loadSafely(load: LoadKeys, signal: AbortSignal): Promise<Result<KeySet, string>> {
  try {
    return await load(signal)
  } catch {
    // A loader answers with a Result; anything thrown is a bug in it, and must not end the refreshing.
    return err('loading failed unexpectedly')
  }
}
