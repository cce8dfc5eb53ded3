/** Which decisions get a trace, and when it is made: after the answer, one in a turn, and so many a second. */
import { Allowance } from './allowance.ts'

export interface TraceQueueDeps {
  /** A clock that never goes back, in milliseconds. */
  readonly monotonicMs: () => number
  /** Calls in a later turn of the event loop. */
  readonly later: (fn: () => void) => void
}

/** `first`: the first logged one of a client for some time; `logged`: somebody may ask for it; `other`: any. */
export type TraceGroup = 'first' | 'logged' | 'other'

export interface TraceQueue {
  /**
   * Queues a trace, or returns false if there are too many.
   *
   * @param group Each has its own number: a flood takes nothing from a client that is met for the first time.
   * @param make Makes the trace; called once.
   */
  offer(group: TraceGroup, make: () => void | Promise<void>): boolean
  /** Makes those that are waiting now; for somebody who asks. */
  flush(): Promise<void>
}

/** Of each group. A trace takes 0.05 ms, and 0.1 ms with 10,000 routes: all of them take less than a percent of a core. */
const TRACES_PER_SECOND = 25
const MOST_AT_ONCE = 50
/** Milliseconds of all traces in a second, for configurations and tokens whose traces take longer. */
const MS_PER_SECOND = 20
/** The first traces are slow. */
const MOST_MS = 200

export function createTraceQueue({ monotonicMs, later }: TraceQueueDeps): TraceQueue {
  const create = (): Allowance => new Allowance(TRACES_PER_SECOND, MOST_AT_ONCE)
  const groups: Readonly<Record<TraceGroup, Allowance>> = {
    first: create(),
    logged: create(),
    other: create(),
  }
  const time = new Allowance(MS_PER_SECOND, MOST_MS)
  const waiting: (() => void | Promise<void>)[] = []
  const makeNext = async (): Promise<void> => {
    const make = waiting.shift()
    if (make === undefined) return
    const startedMs = monotonicMs()
    const made = make()
    time.spend(monotonicMs() - startedMs)
    await made
  }
  const turn = (): void => {
    void makeNext()
    if (waiting.length > 0) later(turn)
  }
  return {
    offer(group, make) {
      const nowMs = monotonicMs()
      if (time.left(nowMs) <= 0 || !groups[group].take(nowMs)) return false
      if (waiting.push(make) === 1) later(turn)
      return true
    },
    async flush() {
      while (waiting.length > 0) await makeNext()
    },
  }
}
