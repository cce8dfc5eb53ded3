/** What workers ask the supervisor for: keys, and counts of requests. */
import { createMemoryRateStore } from '../../gateway/limits/memory-rate-store.ts'
import { monotonicMs } from '../system.ts'
import type { KeyRelay } from './key-relay.ts'
import { createWorkerCounts } from './worker-counts.ts'
import type { WorkerMessage, WorkerSlot } from './worker-slot.ts'

/** @returns Takes the messages of workers. */
export function createSupervisorAnswers(relay: KeyRelay): (slot: WorkerSlot, message: WorkerMessage) => void {
  const rates = createWorkerCounts(createMemoryRateStore(monotonicMs))
  const lookUp = async (
    slot: WorkerSlot,
    { id, source, kid, algorithm }: Extract<WorkerMessage, { readonly kind: 'lookup' }>,
  ): Promise<void> => {
    // Keys that a load has brought went first, with its event: the worker looks again when it has the answer.
    const hasWaited = await relay.lookUp(source, kid, algorithm)
    slot.send({ kind: 'looked_up', id, hasWaited })
  }
  return (slot, message) => {
    if (typeof message === 'string') return slot.send(rates.count(message))
    if (message.kind === 'lookup') return void lookUp(slot, message)
    if (message.kind === 'limits') return rates.retain(slot.number, message.limits)
    if (message.kind === 'used') relay.noteUse(message.source, message.thumbprint)
  }
}
