/** One load under way, and the bounded wait that requests share for it. */
import type { KeyDeps } from '../key-deps.ts'

export interface Flight {
  /** Resolves when the load has ended, well or badly. Never rejects. */
  readonly ended: Promise<void>
  /**
   * A promise to wait for: it resolves when the load has ended or the shared wait is over, and never rejects.
   * Undefined once the wait is over: requests then answer from what is known. The wait begins with the first
   * request that asks, so all of them together never wait longer than one.
   */
  wait(): Promise<void> | undefined
}

/** Watches over one load; `load` is already running and its outcome is handled elsewhere. */
export function createFlight(load: Promise<void>, maxWaitMs: number, setTimer: KeyDeps['setTimer']): Flight {
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
