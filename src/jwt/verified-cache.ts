/** Tokens that full verification has accepted, so that it need not be done again. It can only allow. */
import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { VerificationKey } from '../keys/verification-key.ts'
import type { ValidityWindow } from './check-times.ts'
import type { Issuer } from './issuer.ts'

/** What full verification found for one token under one policy. */
export interface VerifiedToken extends ValidityWindow {
  readonly issuer: Issuer
  /** The key that verified it; the entry is worthless once the issuer no longer trusts it. */
  readonly key: VerificationKey
  /** Values of the identity headers, in the policy's order. */
  readonly identity: readonly string[]
}

export interface VerifiedCache {
  /** What was found for this token, if it is still true; otherwise undefined, and full verification decides. */
  get(cacheKey: string, nowSeconds: number): VerifiedToken | undefined
  put(cacheKey: string, verified: VerifiedToken): void
  readonly size: number
}

/** Bounds of the cache. */
export interface VerifiedCacheLimits {
  readonly tokens: number
  readonly bytes: number
}

// Key string, entry object, window, array and LRU slots, measured; identity values come on top.
const ENTRY_OVERHEAD_BYTES = 400

/**
 * The key of a token's entry: SHA-256 of the whole accepted token, with the policy. A token with
 * another encoding of its signature is another token here. Each configuration has a new cache, so the key has no settings.
 */
export const cacheKeyOf = (token: string, policyId: string): string =>
  policyId + hash('sha256', token, 'binary')

/** A cache bounded by entries and bytes; undefined if `tokens` is 0. */
export function createVerifiedCache(limits: VerifiedCacheLimits): VerifiedCache | undefined {
  if (limits.tokens === 0 || limits.bytes === 0) return undefined
  const entries = new LRUCache<string, VerifiedToken>({
    max: limits.tokens,
    maxSize: limits.bytes,
    sizeCalculation: (entry) =>
      entry.identity.reduce((sum, value) => sum + value.length, ENTRY_OVERHEAD_BYTES),
  })
  return {
    get(cacheKey, nowSeconds) {
      const entry = entries.get(cacheKey)
      if (entry === undefined) return undefined
      if (
        nowSeconds >= entry.notBefore &&
        nowSeconds < entry.notAfter &&
        entry.issuer.keys.trusts(entry.key)
      ) {
        return entry
      }
      entries.delete(cacheKey)
      return undefined
    },
    put: (cacheKey, verified) => void entries.set(cacheKey, verified),
    get size() {
      return entries.size
    },
  }
}
