/** Allows of an auth service, for a while, under the digest of everything that it was sent. */
import { createHash } from 'node:crypto'
import type { Grant } from '../judge.ts'

export interface AuthCache {
  get(requestText: string, nowMs: number): Grant | undefined
  put(requestText: string, grant: Grant, untilMs: number): void
}

/** Denials are not kept: they cost an attacker nothing, and would push out the allows. */
export function createAuthCache(maxEntries: number): AuthCache {
  // In the order in which they were used last.
  const entries = new Map<string, { readonly grant: Grant; readonly untilMs: number }>()
  return {
    get(requestText, nowMs) {
      const key = digestOf(requestText)
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      if (entry.untilMs <= nowMs) return undefined
      entries.set(key, entry)
      return entry.grant
    },
    put(requestText, grant, untilMs) {
      const key = digestOf(requestText)
      entries.delete(key)
      entries.set(key, { grant, untilMs })
      if (entries.size <= maxEntries) return
      for (const oldest of entries.keys()) {
        entries.delete(oldest)
        return
      }
    },
  }
}

/** A digest, so that no credential stays in memory. */
const digestOf = (requestText: string): string =>
  createHash('sha256').update(requestText, 'latin1').digest('base64')
