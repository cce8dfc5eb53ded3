/** Counts the requests of all workers, in the store of the supervisor. */
import type { RateLimit } from '../../decision/stores.ts'
import type { MemoryRateStore } from '../../gateway/limits/memory-rate-store.ts'
import type { CountRequest } from '../../gateway/limits/asking-rate-store.ts'
import { readText } from './messages.ts'

/** A message of a worker, and its answer; both are sent as JSON. */
export type CountMessage = readonly [id: number, requests: readonly CountRequest[]]
export type CountAnswer = readonly [id: number, seconds: readonly number[]]

export interface WorkerCounts {
  /** @param message A {@link CountMessage}. @returns A {@link CountAnswer}. */
  count(message: string): string
  /** These are the limits of a worker from now on. */
  retain(worker: number, limits: readonly RateLimit[]): void
}

export function createWorkerCounts(store: MemoryRateStore): WorkerCounts {
  const limits = new Map<number, readonly RateLimit[]>()
  return {
    count(message) {
      const [id, requests] = readText(message) as CountMessage
      const seconds = requests.map(([limit, most, perMs, key]) =>
        store.count({ id: limit, requests: most, perMs }, key),
      )
      return JSON.stringify([id, seconds] satisfies CountAnswer)
    },
    retain(worker, retained) {
      limits.set(worker, retained)
      // Workers switch one after the other: a limit counts for as long as one of them has it.
      store.retain([...limits.values()].flat())
    },
  }
}
