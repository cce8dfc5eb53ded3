/** Keeps the connections of a listener within its limits: a new one replaces the longest idle one. */
import type { Deadlines } from '../deadlines.ts'
import { CLIENT_DESCRIPTORS } from './descriptors.ts'
import { createTally } from './tally.ts'

/** What a listener did at its limit of connections since the last report. */
export interface LimitReached {
  /** Connections at this moment. */
  readonly open: number
  /** What is reached: `max_connections` of the listener, or what the process may open. */
  readonly limit: 'max_connections' | 'open_files'
  /** Idle connections that were closed in favour of new ones. */
  readonly closedIdle: number
  /** New connections that were closed at once, because none was idle. */
  readonly refused: number
}

export interface Closable {
  /** Closes the connection; `remove` follows, now or later. */
  close(): void
}

export type ConnectionLimit<C extends Closable> = ReturnType<typeof createConnectionLimit<C>>

/** @param onLimitReached Called at most once a second while the limit is reached. */
export function createConnectionLimit<C extends Closable>(
  max: () => number,
  onLimitReached: (report: LimitReached) => void,
  deadlines: Deadlines,
) {
  const entries = new Map<C, Entry<C>>()
  const idle: IdleChain<C> = { oldest: undefined, newest: undefined }
  const remove = (connection: C): void => {
    unchain(idle, entries.get(connection))
    if (entries.delete(connection)) CLIENT_DESCRIPTORS.closed(closeIdle, entries.size === 0)
  }
  const isFull = (): boolean => entries.size >= max()
  /** The one that was reached last. */
  let limit: LimitReached['limit'] = 'max_connections'
  let refused = 0
  const count = createTally(
    { closedIdle: 0, refused: 0 },
    (counts) => onLimitReached({ open: entries.size, limit, ...counts }),
    deadlines,
  )
  const closeIdle = (): boolean => {
    limit = isFull() ? 'max_connections' : 'open_files'
    const longest = idle.oldest?.connection
    if (longest === undefined) return false
    remove(longest)
    longest.close()
    count('closedIdle')
    return true
  }
  return {
    /** Whether one more connection may be added. If need be, the one that has been idle for longest is closed for it. */
    allowsOneMore(): boolean {
      // More than once if the limit was lowered.
      while (isFull() || CLIENT_DESCRIPTORS.isFull) {
        // Files are short for all listeners together.
        if (closeIdle() || (!isFull() && CLIENT_DESCRIPTORS.closeIdle())) continue
        refused += 1
        count('refused')
        return false
      }
      return true
    },
    /** Adds a connection, which is idle. */
    add(connection: C): void {
      const entry = { connection, older: undefined, newer: undefined, isIdle: false }
      entries.set(connection, entry)
      CLIENT_DESCRIPTORS.opened(closeIdle)
      chain(idle, entry)
    },
    /** A request is under way: the connection is not closed in favour of others. */
    setBusy: (connection: C): void => unchain(idle, entries.get(connection)),
    setIdle: (connection: C): void => chain(idle, entries.get(connection)),
    remove,
    get all(): Iterable<C> {
      return entries.keys()
    },
    get size(): number {
      return entries.size
    },
    /** New connections that were closed at once since the start. */
    get refused(): number {
      return refused
    },
  }
}

interface Entry<C> {
  readonly connection: C
  older: Entry<C> | undefined
  newer: Entry<C> | undefined
  isIdle: boolean
}

/**
 * The idle connections in the order in which they became idle. Not a Map: one that changes with each request finds
 * its first entry by walking over all that were deleted.
 */
interface IdleChain<C> {
  oldest: Entry<C> | undefined
  newest: Entry<C> | undefined
}

function chain<C>(idle: IdleChain<C>, entry: Entry<C> | undefined): void {
  if (entry === undefined || entry.isIdle) return
  entry.isIdle = true
  entry.older = idle.newest
  if (idle.newest === undefined) idle.oldest = entry
  else idle.newest.newer = entry
  idle.newest = entry
}

function unchain<C>(idle: IdleChain<C>, entry: Entry<C> | undefined): void {
  if (entry === undefined || !entry.isIdle) return
  if (entry.older === undefined) idle.oldest = entry.newer
  else entry.older.newer = entry.newer
  if (entry.newer === undefined) idle.newest = entry.older
  else entry.newer.older = entry.older
  entry.isIdle = false
  entry.older = undefined
  entry.newer = undefined
}
