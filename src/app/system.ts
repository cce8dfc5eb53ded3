/** The world outside the core, as this process has it. */
import type { Stores } from '../decision/stores.ts'
import { createMemoryRateStore } from '../gateway/limits/memory-rate-store.ts'
import type { KeyDeps } from '../keys/key-deps.ts'
import { createIdSource } from './decision-id.ts'
import { createKeyTransport } from './keys/key-transport.ts'
import { MAX_READ_BYTES, readBounded } from './read-bounded.ts'
import { snapshotFiles } from './keys/snapshot-files.ts'

/** A new decision id. */
export const newId: () => string = createIdSource(
  () => Date.now(),
  () => Math.random(),
)

/** A clock that never goes back, in milliseconds. */
export const monotonicMs = (): number => performance.now()

/** Calls once, without keeping the process alive. @returns Cancels it. */
export function setTimer(fn: () => void, ms: number): () => void {
  const timer = setTimeout(fn, ms)
  timer.unref()
  return () => clearTimeout(timer)
}

/** The stores of a process that shares none with others. */
export const createStores = (): Stores => ({ rates: createMemoryRateStore(monotonicMs) })

const fetchVia = createKeyTransport()

/** Clock, network, files and timers for key sources. Timers do not keep the process alive. */
export const systemKeyDeps: KeyDeps = {
  nowMs: () => Date.now(),
  // The runtime's own would use an old address of a name for 30 seconds, and a busy connection to it for ever.
  fetch: fetchVia?.({}, '') ?? ((url, init) => fetch(url, init)),
  ...(fetchVia === undefined ? {} : { fetchVia }),
  readFileSync: (path) => readBounded(path, MAX_READ_BYTES),
  snapshots: snapshotFiles,
  setTimer,
  random: () => Math.random(),
}
