/** What a test started, to be ended in reverse order, whatever went wrong in between. */

export interface Cleanup {
  add(end: () => unknown): void
  /** Ends everything; later failures do not hide the first. */
  run(): Promise<void>
}

export function createCleanup(): Cleanup {
  const ends: (() => unknown)[] = []
  return {
    add: (end) => void ends.push(end),
    async run() {
      const faults: unknown[] = []
      for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
        try {
          await end()
        } catch (fault) {
          faults.push(fault)
        }
      }
      if (faults.length > 0) throw faults[0]
    },
  }
}
