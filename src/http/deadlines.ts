/** Deadlines of many connections on one timer: a timer for each would cost more than the request. */

/** Something that must not take for ever. */
export interface Expiring {
  /** On the clock of `performance.now()`; Infinity for none. */
  deadlineMs: number
  onDeadline(): void
  /** Its place in the list of the `Deadlines` that it was added to, which alone write it. */
  slot?: number
}

export interface Deadlines {
  add(item: Expiring): void
  remove(item: Expiring): void
  close(): void
}

// Deadlines are met this late at most; a look at ten thousand connections takes less than 0.1 ms.
const TICK_MS = 50

/**
 * In a list, in which each item knows its place. Not in a `Set`: the runtime makes a new table for it with every few
 * dozen items, and an abandoned table leads the collector to the next one and to all that was in it. Of each exchange a
 * kilobyte outlived it until the next full collection (docs/decisions/0009-where-a-forwarded-request-spends.md).
 */
export function createDeadlines(): Deadlines {
  const items: Expiring[] = []
  const timer = setInterval(() => {
    const now = performance.now()
    // Backwards: an item that is removed meanwhile is replaced by one that was looked at before.
    for (let at = items.length - 1; at >= 0; at--) {
      const item = items[at]
      if (item === undefined || item.deadlineMs > now) continue
      item.deadlineMs = Infinity
      item.onDeadline()
    }
  }, TICK_MS)
  timer.unref()
  return {
    add(item) {
      if (isListed(items, item)) return
      item.slot = items.length
      items.push(item)
    },
    remove(item) {
      if (!isListed(items, item)) return
      const last = items.pop()
      if (last === undefined || last === item) return
      items[item.slot as number] = last
      last.slot = item.slot as number
    },
    close: () => clearInterval(timer),
  }
}

/** It may have been removed, or never added. */
const isListed = (items: readonly Expiring[], item: Expiring): boolean =>
  item.slot !== undefined && items[item.slot] === item
