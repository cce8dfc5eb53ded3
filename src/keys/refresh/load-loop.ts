/** Loading keys again and again: one load at a time, and each is followed by the next. */
import { err, type Result } from '../../result.ts'
import type { LoadedKeys, LoadFailure, LoadKeys } from '../fetch/jwks-loader.ts'
import type { KeyDeps } from '../key-deps.ts'
import type { RemoteKeySettings } from '../../settings/keys/key-source.ts'
import { refreshDelayMs, retryDelayMs, type RefreshTimes } from './backoff.ts'

/** One load under way, and the bounded wait that requests share for it. */
export interface RunningLoad {
  /** Resolves when the load has ended, well or badly. Never rejects. */
  readonly ended: Promise<void>
  /**
   * A promise to wait for: it resolves when the load has ended or the shared wait is over, and never rejects.
   * Undefined once the wait is over: requests then answer from what is known. The wait begins with the first
   * request that asks, so all of them together never wait longer than one.
   */
  wait(): Promise<void> | undefined
}

export interface LoadLoop {
  /** Begins a load now, in the place of the next one. */
  begin(ask: 'whole' | 'if_changed'): RunningLoad
  /** The load under way. */
  running(): RunningLoad | undefined
  /** When the next load begins by itself; in the past while it is under way. */
  nextAtMs(): number
  /**
   * Timers stand still while a machine sleeps, and do not notice when a clock is set: when the keys are too old
   * all of a sudden, the next load is due, though its timer may be far from it.
   */
  isOverdue(): boolean
  /** Whether the server has asked to be left alone until the next load. */
  isAskedToWait(): boolean
  isStopped(): boolean
  stop(): void
}

export interface LoadLoopOptions extends RefreshTimes, Pick<RemoteKeySettings, 'firstFetchWaitMs'> {
  readonly load: LoadKeys
  /** Takes the outcome of each load. */
  readonly onLoaded: (loaded: Result<LoadedKeys, LoadFailure>) => void
}

/** Creates the loop; nothing is loaded before the first `begin`. */
export function createLoadLoop(
  options: LoadLoopOptions,
  deps: Pick<KeyDeps, 'nowMs' | 'setTimer' | 'random'>,
): LoadLoop {
  const stopping = new AbortController()
  let running: RunningLoad | undefined
  let failures = 0
  let nextAtMs = deps.nowMs()
  let isAskedToWait = false
  let cancelTimer = (): void => undefined

  const schedule = (loaded: Result<LoadedKeys, LoadFailure>): void => {
    failures = loaded.ok ? 0 : failures + 1
    const delayMs = loaded.ok
      ? refreshDelayMs(loaded.value.freshMs, options, deps.random())
      : retryDelayMs(failures, loaded.error.retryAfterMs, options, deps.random())
    isAskedToWait = !loaded.ok && loaded.error.retryAfterMs !== undefined
    nextAtMs = deps.nowMs() + delayMs
    cancelTimer = deps.setTimer(() => begin('if_changed'), delayMs)
  }

  const load = async (ask: 'whole' | 'if_changed'): Promise<void> => {
    // A loader returns a Result; anything thrown is a bug in it, and must not end the refreshing.
    const loaded = await options
      .load(stopping.signal, ask)
      .catch(() => err<LoadFailure>({ why: 'loading failed unexpectedly' }))
    running = undefined
    if (stopping.signal.aborted) return
    // The next load is certain before anything else can go wrong.
    schedule(loaded)
    options.onLoaded(loaded)
  }

  const begin = (ask: 'whole' | 'if_changed'): RunningLoad => {
    cancelTimer()
    const begun = watchLoad(load(ask), options.firstFetchWaitMs, deps.setTimer)
    running = begun
    return begun
  }

  return {
    begin,
    running: () => running,
    nextAtMs: () => nextAtMs,
    isOverdue() {
      const dueInMs = nextAtMs - deps.nowMs()
      return dueInMs <= 0 || dueInMs > 2 * Math.max(options.refreshMs, options.maxRefreshMs)
    },
    isAskedToWait: () => isAskedToWait,
    isStopped: () => stopping.signal.aborted,
    stop() {
      stopping.abort()
      cancelTimer()
    },
  }
}

/** Watches over a load that runs already and whose outcome is handled elsewhere. */
function watchLoad(load: Promise<void>, maxWaitMs: number, setTimer: KeyDeps['setTimer']): RunningLoad {
  let settled: Promise<void> | undefined
  let isOver = false
  const ended = load.then(
    () => undefined,
    () => undefined,
  )

  const startWait = (): Promise<void> => {
    let cancelTimer = (): void => undefined
    const timedOut = new Promise<void>((resolve) => {
      cancelTimer = setTimer(() => {
        isOver = true
        resolve()
      }, maxWaitMs)
    })
    return Promise.race([ended, timedOut]).then(() => cancelTimer())
  }

  return {
    ended,
    wait() {
      if (isOver) return undefined
      settled ??= startWait()
      return settled
    },
  }
}
