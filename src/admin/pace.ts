/** Keeps work that many clients may ask for to a share of the time, so that decisions have the rest. */

export interface Pace {
  /** Makes it when those before it are made, and after a rest; undefined if too many wait already. */
  run<T>(make: () => Promise<T>): Promise<T> | undefined
}

export interface PaceDeps {
  /** A clock that never goes back, in milliseconds. */
  readonly monotonicMs: () => number
  /** Calls once, without keeping the process alive. */
  readonly setTimer: (fn: () => void, ms: number) => void
}

/** Jobs that wait; more are refused. */
export const MAX_WAITING = 32
/** The rest after a job, in its own durations: jobs take a quarter of the time at most. */
const REST = 3
/** In milliseconds: a job that waited for a stuck process took no time of this one. */
const MAX_REST_MS = 500

/** One job at a time, in their order; the first one at once. */
export function createPace({ monotonicMs, setTimer }: PaceDeps): Pace {
  const waiting: (() => Promise<void>)[] = []
  let isBusy = false
  const next = (): void => {
    const job = waiting.shift()
    isBusy = job !== undefined
    void job?.()
  }
  return {
    run(make) {
      if (waiting.length >= MAX_WAITING) return undefined
      return new Promise((resolve, reject) => {
        waiting.push(async () => {
          const startedMs = monotonicMs()
          try {
            resolve(await make())
          } catch (fault) {
            reject(fault)
          }
          setTimer(next, Math.min(MAX_REST_MS, (monotonicMs() - startedMs) * REST))
        })
        if (!isBusy) next()
      })
    },
  }
}
