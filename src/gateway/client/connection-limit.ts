/** The connections of a listener: as many as there is room for. */
import type { Deadlines } from '../deadlines.ts'
import { createTally } from './tally.ts'

/** What a listener did because it was full, since it was last told. */
export interface Crowding {
  /** Connections at this moment. */
  readonly open: number
  /** Idle ones that were closed to make room. */
  readonly closedIdle: number
  /** New ones that were closed at once, because none was idle. */
  readonly refused: number
}

/** A connection, as far as it takes up room. */
export interface Closable {
  /** Closes it; `remove` follows, now or later. */
  close(): void
}

export interface ConnectionRoom<C extends Closable> {
  /** Whether there is room for one more, if need be in the place of the one that has been idle for longest. */
  hasRoom(): boolean
  /** Adds a connection, which is idle. */
  add(connection: C): void
  /** Says that a request is under way: it is not closed for the sake of others. */
  setBusy(connection: C): void
  setIdle(connection: C): void
  remove(connection: C): void
  readonly all: Iterable<C>
  readonly size: number
}

/** A place in the chain of those that are idle. */
interface Place<C> {
  readonly connection: C
  older: Place<C> | undefined
  newer: Place<C> | undefined
  isIdle: boolean
}

/** @param tell Called once in a second at most, while the listener is full. */
export function createConnectionRoom<C extends Closable>(
  max: () => number,
  tell: (crowding: Crowding) => void,
  deadlines: Deadlines,
): ConnectionRoom<C> {
  const places = new Map<C, Place<C>>()
  // A chain: the first of a Map that changes with each request is found by walking over all that left it.
  let oldest: Place<C> | undefined
  let newest: Place<C> | undefined
  const leave = (place: Place<C>): void => {
    if (!place.isIdle) return
    if (place.older === undefined) oldest = place.newer
    else place.older.newer = place.newer
    if (place.newer === undefined) newest = place.older
    else place.newer.older = place.older
    Object.assign(place, { isIdle: false, older: undefined, newer: undefined })
  }
  const queue = (place: Place<C>): void => {
    if (place.isIdle) return
    Object.assign(place, { isIdle: true, older: newest })
    if (newest === undefined) oldest = place
    else newest.newer = place
    newest = place
  }
  const remove = (connection: C): void => {
    const place = places.get(connection)
    if (place === undefined) return
    leave(place)
    places.delete(connection)
  }
  const count = createTally(
    { closedIdle: 0, refused: 0 },
    (counts) => tell({ open: places.size, ...counts }),
    deadlines,
  )
  return {
    hasRoom() {
      // More than one where the limit has become smaller.
      while (places.size >= max()) {
        const longest = oldest?.connection
        if (longest === undefined) {
          count('refused')
          return false
        }
        remove(longest)
        longest.close()
        count('closedIdle')
      }
      return true
    },
    add(connection) {
      const place = { connection, older: undefined, newer: undefined, isIdle: false }
      places.set(connection, place)
      queue(place)
    },
    setBusy(connection) {
      const place = places.get(connection)
      if (place !== undefined) leave(place)
    },
    setIdle(connection) {
      const place = places.get(connection)
      if (place !== undefined) queue(place)
    },
    remove,
    get all() {
      return places.keys()
    },
    get size() {
      return places.size
    },
  }
}
