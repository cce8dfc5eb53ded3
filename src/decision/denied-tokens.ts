/** Tokens that full verification has denied, so that one that is sent again costs no signature check. It can only deny. */
import { LRUCache } from 'lru-cache'
import type { TimeClaims } from '../jwt/check-times.ts'
import type { Issuer } from '../jwt/issuer.ts'
import type { VerifiedCacheLimits } from '../jwt/verified-cache.ts'
import type { VerificationKey } from '../keys/verification-key.ts'
import type { Algorithm } from '../syntax/algorithms.ts'
import type { Denial } from './denial.ts'

/** What full verification found for one token under one policy, and what it depends on besides the two. */
export interface DeniedToken {
  readonly issuer: Issuer
  /** What the issuer's keys were asked for. */
  readonly kid: string | undefined
  readonly algorithm: Algorithm
  /** The keys that were tried. With any other answer of the issuer's keys, the entry is worthless. */
  readonly candidates: readonly VerificationKey[]
  /** The one that verified the token; undefined: none of them did. */
  readonly key: VerificationKey | undefined
  /** They are checked again each time, before `denial`; undefined: the token is denied at any time. */
  readonly times: TimeClaims | undefined
  /** Why it is denied even while its times allow it; undefined if that is not known. */
  readonly denial: Denial | undefined
}

/** Entries are found by the digest of the token and the number of the policy. */
export interface DeniedTokens {
  get(digest: string, policyId: number): DeniedToken | undefined
  put(digest: string, policyId: number, denied: DeniedToken): void
  forget(digest: string, policyId: number): void
  readonly size: number
}

/** Apart from the verified tokens, so that a flood of bad tokens replaces none of them. */
const MAX_BYTES = 4 * 1024 ** 2
/** An entry with its key in the map, without texts; 400 bytes were measured. */
const ENTRY_BYTES = 512
const MAX_ENTRIES = MAX_BYTES / ENTRY_BYTES

/**
 * A memory of 8,192 denials in 4 MiB, or of what the cache of verified tokens may have if that is less; undefined if
 * that cache is off. The one that was not asked for longest is forgotten first.
 */
export function createDeniedTokens({ tokens, bytes }: VerifiedCacheLimits): DeniedTokens | undefined {
  if (tokens === 0 || bytes === 0) return undefined
  const entries = new LRUCache<string, DeniedToken>({
    max: Math.min(tokens, MAX_ENTRIES),
    maxSize: Math.min(bytes, MAX_BYTES),
    sizeCalculation: sizeOf,
  })
  return {
    get: (digest, policyId) => entries.get(nameOf(digest, policyId)),
    put(digest, policyId, denied) {
      entries.set(nameOf(digest, policyId), denied)
    },
    forget(digest, policyId) {
      entries.delete(nameOf(digest, policyId))
    },
    get size() {
      return entries.size
    },
  }
}

/** A digest always has 32 characters. */
const nameOf = (digest: string, policyId: number): string => digest + String(policyId)

/** Facts are short, except those that list what the configuration wants. */
const sizeOf = ({ kid = '', denial }: DeniedToken): number =>
  ENTRY_BYTES + kid.length + (denial === undefined ? 0 : JSON.stringify(denial).length)
