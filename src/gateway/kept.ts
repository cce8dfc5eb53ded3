/** What outlives a configuration for as long as the next one wants the same: connections, remembered answers. */

export interface Kept<T> {
  /** The one that was made under this key, or a new one. */
  of(key: string, make: () => T): T
  /** Closes what was not asked for since the last call: what only the previous configuration had. */
  settle(): void
  /** Closes everything. */
  close(): void
}

/** @param close Called once for each. */
export function createKept<T>(close: (item: T) => void): Kept<T> {
  let items = new Map<string, T>()
  let wanted = new Map<string, T>()
  return {
    of(key, make) {
      const item = wanted.get(key) ?? items.get(key) ?? make()
      wanted.set(key, item)
      return item
    },
    settle() {
      for (const [key, item] of items) if (!wanted.has(key)) close(item)
      items = wanted
      wanted = new Map()
    },
    close() {
      for (const item of new Set([...items.values(), ...wanted.values()])) close(item)
      items = new Map()
      wanted = new Map()
    },
  }
}
