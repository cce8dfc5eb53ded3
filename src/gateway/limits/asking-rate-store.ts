/** Counts requests in another process: all requests of one turn of the event loop in one message. */
import type { RateLimit, RateStore } from '../../decision/stores.ts'
import type { MemoryRateStore } from './memory-rate-store.ts'

/** A request to count. */
export type CountRequest = readonly [limit: string, requests: number, perMs: number, key: string]

export interface AskingRateStore extends RateStore {
  /** Takes the answer to a message: the seconds to wait for each request, in their order. */
  answered(id: number, seconds: readonly number[]): void
}

export interface AskingRateStoreDeps {
  /** Sends the requests of one message. */
  readonly send: (id: number, requests: readonly CountRequest[]) => void
  readonly sendLimits: (limits: readonly RateLimit[]) => void
  /** Counts while there are no answers. */
  readonly local: MemoryRateStore
}

/**
 * How long an answer may take, in milliseconds. The other process is on this machine, and its end is noticed at once; it is
 * slow only if the machine is busy, or it compiles a configuration.
 */
const ANSWER_WAIT_MS = 250

interface Waiting {
  readonly limit: RateLimit
  readonly key: string
  readonly settle: (seconds: number) => void
}

/** While an answer is overdue, requests are counted in this process, at once and by the same limits. */
export function createAskingRateStore({ send, sendLimits, local }: AskingRateStoreDeps): AskingRateStore {
  const sent = new Map<number, { readonly waiting: readonly Waiting[]; readonly timer: Timer }>()
  let next: Waiting[] = []
  let lastId = 0
  /** The first message without an answer in time; 0: none. */
  let overdue = 0

  const giveUp = (id: number): void => {
    const batch = sent.get(id)
    if (batch === undefined) return
    overdue = id
    sent.delete(id)
    for (const { limit, key, settle } of batch.waiting) settle(local.count(limit, key))
  }
  const flush = (): void => {
    const id = ++lastId
    const waiting = next
    next = []
    // An answer that has arrived is read before: this process may have been the slow one.
    const timer = setTimeout(() => setImmediate(giveUp, id), ANSWER_WAIT_MS)
    sent.set(id, { waiting, timer })
    send(
      id,
      waiting.map(({ limit, key }) => [limit.id, limit.requests, limit.perMs, key]),
    )
  }
  return {
    count(limit, key) {
      if (overdue !== 0) return local.count(limit, key)
      return new Promise((settle) => {
        if (next.length === 0) setImmediate(flush)
        next.push({ limit, key, settle })
      })
    },
    retain(limits) {
      local.retain(limits)
      sendLimits(limits)
    },
    answered(id, seconds) {
      if (id >= overdue) overdue = 0
      const batch = sent.get(id)
      if (batch === undefined) return
      clearTimeout(batch.timer)
      sent.delete(id)
      for (const [i, { settle }] of batch.waiting.entries()) settle(seconds[i] ?? 1)
    },
  }
}

type Timer = ReturnType<typeof setTimeout>
