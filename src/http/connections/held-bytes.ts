/** Keeps all bytes that the connections of a listener hold in memory within `max_held_bytes`. */
import type { Deadlines } from '../deadlines.ts'
import type { HeldAccount } from '../held-account.ts'
import { createTally } from './tally.ts'

/** What a listener did because its connections held too much, since the last report. */
export interface Overload {
  /** Bytes held at this moment. */
  readonly heldBytes: number
  /** Connections that were closed to free memory. */
  readonly closed: number
}

export type HeldBytes = ReturnType<typeof createHeldBytes>

interface Entry {
  readonly peer: string
  readonly destroy: () => void
  bytes: number
  /** Its connection is gone, or was closed to free memory. */
  isClosed: boolean
}

/** How much of an exceeded budget is freed at once: finding a connection to close means a walk over all. */
const FREED_SHARE = 1 / 8
/** Above this share of the budget, garbage is collected each time a further `TURNOVER_SHARE` was held anew. */
const STRAINED_SHARE = 1 / 2
const TURNOVER_SHARE = 1 / 8
/** A collection takes tens of milliseconds, during which no request is served. */
const COLLECT_EACH_MS = 100

/**
 * When the budget is exceeded, the address whose connections together hold the most has them closed, the one that
 * holds the most first. So a client with many connections loses them before the others, however little each holds.
 *
 * @param onOverload Called at most once a second while connections have to be closed.
 * @param collect Returns memory that was let go of. Left to itself the runtime waits long: under a flood of 15,000
 *   unfinished heads the process grew to 1.3 GiB without it, and to 0.5 GiB with it.
 */
export function createHeldBytes(
  max: () => number,
  onOverload: (overload: Overload) => void,
  deadlines: Deadlines,
  collect: () => void,
) {
  const entries = new Set<Entry>()
  let total = 0
  /** Bytes that were held anew since the last collection. */
  let turnover = 0
  let isDue = false
  const collectRarely = atMostEach(COLLECT_EACH_MS, collect)
  const count = createTally(
    { closed: 0 },
    ({ closed }) => onOverload({ heldBytes: total, closed }),
    deadlines,
  )
  const forget = (entry: Entry): void => {
    if (entry.isClosed) return
    entry.isClosed = true
    entries.delete(entry)
    total -= entry.bytes
  }
  const closeHeaviest = (): void => {
    for (const entry of heaviestFirst(entries)) {
      if (total <= max() * (1 - FREED_SHARE)) return
      forget(entry)
      count('closed')
      entry.destroy()
    }
  }
  const act = (): void => {
    isDue = false
    if (total > max()) closeHeaviest()
    if (collectRarely()) turnover = 0
  }
  return {
    get total(): number {
      return total
    },
    /**
     * @param peer Address of the client.
     * @param destroy Closes the connection at once; its account is closed by then.
     */
    open(peer: string, destroy: () => void): HeldAccount & { close(): void } {
      const entry: Entry = { peer, destroy, bytes: 0, isClosed: false }
      entries.add(entry)
      return {
        add(bytes) {
          if (entry.isClosed) return
          entry.bytes += bytes
          total += bytes
          if (bytes <= 0) return
          turnover += bytes
          if (isDue || !isStrained(total, turnover, max())) return
          isDue = true
          // Not at once: the holder of the bytes is still working with them.
          queueMicrotask(act)
        },
        /** The connection is gone, with all that it held. */
        close: () => forget(entry),
      }
    },
  }
}

const isStrained = (total: number, turnover: number, most: number): boolean =>
  total > most * STRAINED_SHARE && (total > most || turnover > most * TURNOVER_SHARE)

/** Returns whether it was time to run. */
function atMostEach(ms: number, run: () => void): () => boolean {
  let nextMs = 0
  return () => {
    const nowMs = performance.now()
    if (nowMs < nextMs) return false
    nextMs = nowMs + ms
    run()
    return true
  }
}

/** Connections that hold anything: those of the address that holds the most, then those of the next one. */
function heaviestFirst(entries: Iterable<Entry>): readonly Entry[] {
  const byPeer = new Map<string, { bytes: number; readonly entries: Entry[] }>()
  for (const entry of entries) {
    if (entry.bytes <= 0) continue
    const known = byPeer.get(entry.peer)
    if (known === undefined) byPeer.set(entry.peer, { bytes: entry.bytes, entries: [entry] })
    else {
      known.bytes += entry.bytes
      known.entries.push(entry)
    }
  }
  return [...byPeer.values()]
    .toSorted((a, b) => b.bytes - a.bytes)
    .flatMap((peer) => peer.entries.toSorted((a, b) => b.bytes - a.bytes))
}
