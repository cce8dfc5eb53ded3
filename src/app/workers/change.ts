/** A step of all workers together: building a generation, or switching to it. */
import { err, ok, type Result } from '../../result.ts'
import type { SharedFault } from './messages.ts'
import type { WorkerSlot } from './worker-slot.ts'

/** Longest time for a step, in milliseconds. */
const LONGEST_MS = 60_000

export class Change {
  readonly generation: number
  readonly step: 'build' | 'switch'
  readonly #waitingFor: Set<WorkerSlot>
  readonly #timer: ReturnType<typeof setTimeout>
  #settle: (result: Result<void, SharedFault>) => void = () => undefined
  /** Resolves when every worker has reported, or one has failed. */
  readonly settled: Promise<Result<void, SharedFault>>

  constructor(generation: number, step: 'build' | 'switch', workers: readonly WorkerSlot[]) {
    this.generation = generation
    this.step = step
    this.#waitingFor = new Set(workers)
    this.settled = new Promise((resolve) => (this.#settle = resolve))
    const late = workerFault(`a worker did not ${step} within ${LONGEST_MS / 1_000} s`)
    this.#timer = setTimeout(() => this.fail(late), LONGEST_MS)
    this.#check()
  }

  waitsFor(slot: WorkerSlot): boolean {
    return this.#waitingFor.has(slot)
  }

  /** A worker has done this step, or there is no need to wait for it any more. */
  report(slot: WorkerSlot): void {
    this.#waitingFor.delete(slot)
    this.#check()
  }

  fail(fault: SharedFault): void {
    clearTimeout(this.#timer)
    this.#settle(err(fault))
  }

  #check(): void {
    if (this.#waitingFor.size > 0) return
    clearTimeout(this.#timer)
    this.#settle(ok(undefined))
  }
}

export const workerFault = (message: string, ...hints: readonly string[]): SharedFault => ({
  code: 'ERR_SERVER_WORKER',
  message,
  hints,
})
