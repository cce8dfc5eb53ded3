/** Expensive work, a little of it at a time: what is too much is refused at once instead of growing. */

export interface WorkQueue {
  /**
   * Begins a piece of work, now or when others have ended.
   *
   * @param work Never rejects.
   * @returns Takes it back, and says whether it could: what has begun goes on. Undefined where there is no room.
   */
  run(work: () => Promise<void>): (() => boolean) | undefined
}

/**
 * @param running Most pieces at a time.
 * @param waiting Most pieces that wait for their turn.
 */
export function createWorkQueue(running: number, waiting: number): WorkQueue {
  // A set of its own kind of entry, so that one piece of work may be there twice.
  const queue = new Set<{ readonly work: () => Promise<void> }>()
  let active = 0
  const begin = (work: () => Promise<void>): void => {
    active++
    void work().finally(() => {
      active--
      for (const next of queue) {
        queue.delete(next)
        return begin(next.work)
      }
      return undefined
    })
  }
  return {
    run(work) {
      if (active < running) {
        begin(work)
        return () => false
      }
      if (queue.size >= waiting) return undefined
      const entry = { work }
      queue.add(entry)
      return () => queue.delete(entry)
    },
  }
}
