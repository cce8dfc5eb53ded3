/** What outlives a configuration for as long as the next one wants the same: connections, remembered answers. */

export type Kept<T> = ReturnType<typeof createKept<T>>

/** @param close Called once for each. */
export function createKept<T>(close: (item: T) => void) {
  let items = new Map<string, T>()
  let wanted = new Map<string, T>()
  return {
    /** The one that was made under this key, or a new one. */
    of(key: string, make: () => T): T {
      const item = wanted.get(key) ?? items.get(key) ?? make()
      wanted.set(key, item)
      return item
    },
    /** Those of the configuration in force. */
    get all(): Iterable<T> {
      return items.values()
    },
    /** Closes what was not asked for since the last call: what only the previous configuration had. */
    settle(): void {
      for (const [key, item] of items) if (!wanted.has(key)) close(item)
      items = wanted
      wanted = new Map()
    },
    /** Closes what was made for a configuration that does not come into force. */
    discard(): void {
      for (const [key, item] of wanted) if (items.get(key) !== item) close(item)
      wanted = new Map()
    },
    /** Closes everything. */
    close(): void {
      for (const item of new Set([...items.values(), ...wanted.values()])) close(item)
      items = new Map()
      wanted = new Map()
    },
  }
}
