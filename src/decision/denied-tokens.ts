/** Tokens that full verification has denied, so that one that is sent again costs little. It can only deny. */
import { LRUCache } from 'lru-cache'
import type { TimeClaims } from '../jwt/check-times.ts'
import type { Issuer } from '../jwt/issuer.ts'
import type { VerifiedCacheLimits } from '../jwt/verified-cache.ts'
import type { KeyLookup } from '../keys/key-source.ts'
import type { VerificationKey } from '../keys/verification-key.ts'
import type { Algorithm } from '../syntax/algorithms.ts'
import type { Denial } from './denial.ts'

/** What full verification found for one token under one policy, and what it depends on besides the two. */
export interface DeniedToken {
  /** Undefined if the token has none of the policy's. */
  readonly issuer: Issuer | undefined
  /** Undefined if the token was denied before its key was looked up. */
  readonly asked: KeyQuestion | undefined
  /** The key that verified the token; undefined: none did. */
  readonly key: VerificationKey | undefined
  /** They are checked again each time, before `denial`; undefined: the token is denied at any time. */
  readonly times: TimeClaims | undefined
  /** Why it is denied even while its times allow it; undefined if that is not known. */
  readonly denial: Denial | undefined
  /** Whom it names, if a key verified it and somebody is to be named. */
  readonly subject?: string | undefined
}

/** What the issuer's keys were asked for, and what they answered. With any other answer, the entry is worthless. */
export interface KeyQuestion {
  readonly kid: string | undefined
  readonly algorithm: Algorithm
  readonly answer: KeyLookup
}

/** Entries are found by the digest of the token and the number of the policy. */
export interface DeniedTokens {
  get(digest: string, policyId: number): DeniedToken | undefined
  put(digest: string, policyId: number, denied: DeniedToken): void
  forget(digest: string, policyId: number): void
  readonly size: number
  /** Memory of the entries, in bytes. */
  readonly bytes: number
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
    get bytes() {
      return entries.calculatedSize
    },
  }
}

/** A digest always has 32 characters. */
const nameOf = (digest: string, policyId: number): string => digest + String(policyId)

/** Facts are short, except those that list what the configuration wants. */
const sizeOf = ({ asked, denial, subject }: DeniedToken): number =>
  ENTRY_BYTES +
  (asked?.kid?.length ?? 0) +
  (subject?.length ?? 0) +
  (denial === undefined ? 0 : JSON.stringify(denial).length)
