/** What was found a moment ago, for a while, under a digest: no credential stays in memory. */
import { LRUCache } from 'lru-cache'

/** @param max Most entries; what was used least recently goes first. */
export function createExpiringEntries<V>(max: number) {
  const entries = new LRUCache<string, { readonly value: V; readonly untilMs: number }>({ max })
  return {
    get(digest: string, nowMs: number): V | undefined {
      const entry = entries.get(digest)
      if (entry === undefined || entry.untilMs > nowMs) return entry?.value
      entries.delete(digest)
      return undefined
    },
    /** @param untilMs Use does not make it longer. */
    put(digest: string, value: V, untilMs: number): void {
      entries.set(digest, { value, untilMs })
    },
  }
}
