/** Counts of decisions since the process started, for statistics over any span of time. */
import type { DecisionCounts } from '../../admin/process-decisions.ts'
import { Allowance } from './allowance.ts'

/** What is counted of one reason, and how many of its decisions may be kept. */
export interface ReasonTally {
  readonly outcome: 'allow' | 'deny'
  count: number
  readonly logged: Allowance
  readonly others: Allowance
}

/** Kept decisions of one reason in a second, on average and in a moment; the rest is only counted. */
const LOGGED_PER_SECOND = [200, 400] as const
const OTHERS_PER_SECOND = [50, 100] as const

/** Bounds of the buckets of durations: four in each doubling, from a microsecond to 16 seconds. */
const PER_DOUBLING = 4
const BUCKETS = 24 * PER_DOUBLING + 1

export class DecisionTally {
  /** Tells this process from its successor, which counts from 0. */
  readonly #process = crypto.randomUUID()
  readonly #reasons = new Map<string, ReasonTally>()
  readonly #durations = new Float64Array(BUCKETS)
  #count = 0

  get count(): number {
    return this.#count
  }

  add(reason: string, outcome: 'allow' | 'deny', durationMs: number): ReasonTally {
    this.#count++
    const bucket = Math.ceil(Math.log2(durationMs * 1_000) * PER_DOUBLING)
    // Not a number, or below the first bound: the first one.
    const index = bucket > 0 ? Math.min(bucket, BUCKETS - 1) : 0
    this.#durations[index] = (this.#durations[index] ?? 0) + 1
    const known = this.#reasons.get(reason) ?? this.#open(reason, outcome)
    known.count++
    return known
  }

  counts(): DecisionCounts {
    const of = (wanted: ReasonTally['outcome']): Record<string, number> =>
      Object.fromEntries(
        [...this.#reasons].flatMap(([reason, { outcome, count }]) =>
          outcome === wanted ? [[reason, count]] : [],
        ),
      )
    return {
      process: this.#process,
      count: this.#count,
      allow: of('allow'),
      deny: of('deny'),
      durations: [...this.#durations].flatMap((count, i) =>
        count === 0 ? [] : [[2 ** (i / PER_DOUBLING) / 1_000, count] as const],
      ),
    }
  }

  get process(): string {
    return this.#process
  }

  #open(reason: string, outcome: ReasonTally['outcome']): ReasonTally {
    const logged = new Allowance(...LOGGED_PER_SECOND)
    const others = new Allowance(...OTHERS_PER_SECOND)
    const opened = { outcome, count: 0, logged, others }
    this.#reasons.set(reason, opened)
    return opened
  }
}
