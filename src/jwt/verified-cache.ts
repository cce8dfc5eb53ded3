/** Tokens that full verification has accepted, so that it need not be done again. It can only allow. */
import { hash } from 'node:crypto'
import type { VerificationKey } from '../keys/verification-key.ts'
import type { ValidityWindow } from './check-times.ts'
import type { Issuer } from './issuer.ts'
import { NO_RECORD } from './record-log.ts'
import { VerifiedRecords } from './verified-records.ts'

/** What full verification found for one token under one policy. */
export interface VerifiedToken extends ValidityWindow {
  readonly issuer: Issuer
  /** The key that verified it; the entry is worthless once the issuer no longer trusts it. */
  readonly key: VerificationKey
  /** Values of the identity headers, in the policy's order. */
  readonly identity: readonly string[]
  /** Whom it names, in visible ASCII; undefined if nobody is to be named. */
  readonly subject?: string | undefined
}

/** Entries are found by the digest of the token and the number of the policy. */
export interface VerifiedCache {
  /** What was found for this token, if it is still true; otherwise undefined, and full verification decides. */
  get(digest: string, policyId: number, nowSeconds: number): VerifiedToken | undefined
  put(digest: string, policyId: number, verified: VerifiedToken): void
  readonly size: number
  /** Memory of the entries, in bytes. */
  readonly bytes: number
}

/** Bounds of the cache. */
export interface VerifiedCacheLimits {
  readonly tokens: number
  readonly bytes: number
}

/** Who vouches for a token. There are few of them, so a record has its number only. */
type Origin = Pick<VerifiedToken, 'issuer' | 'key'>

/** With more of them, most are keys of the past; then everything is forgotten, and they with it. */
const MAX_ORIGINS = 4_096

/**
 * SHA-256 of the whole accepted token, one character for each byte. A token with another encoding of its signature is
 * another token here. Each configuration has a new cache, so settings are not a part of it.
 */
export const digestOf = (token: string): string => hash('sha256', token, 'binary')

/**
 * A cache bounded by entries and bytes; undefined if one of them is 0.
 *
 * @param keepsSubjects Whether `subject` is a part of what is remembered: one more value after those of the identity.
 */
export function createVerifiedCache(
  { tokens, bytes }: VerifiedCacheLimits,
  keepsSubjects = false,
): VerifiedCache | undefined {
  if (tokens === 0 || bytes === 0) return undefined
  let records = new VerifiedRecords(tokens, bytes)
  let origins: Origin[] = []
  const numberOf = ({ issuer, key }: Origin): number => {
    const known = origins.findIndex((origin) => origin.key === key && origin.issuer === issuer)
    if (known >= 0) return known
    if (origins.length === MAX_ORIGINS) {
      origins = []
      records = new VerifiedRecords(tokens, bytes)
    }
    return origins.push({ issuer, key }) - 1
  }
  return {
    get(digest, policyId, nowSeconds) {
      const place = records.find(digest, policyId)
      if (place === NO_RECORD) return undefined
      const origin = origins[records.originAt(place)]
      const notBefore = records.notBeforeAt(place)
      const notAfter = records.notAfterAt(place)
      const isCurrent = nowSeconds >= notBefore && nowSeconds < notAfter
      if (origin === undefined || !isCurrent || !origin.issuer.keys.trusts(origin.key)) {
        records.remove(place)
        return undefined
      }
      const { issuer, key } = origin
      const identity = records.identityAt(place)
      const subject = (keepsSubjects && identity.pop()) || undefined
      return { issuer, key, identity, notBefore, notAfter, subject }
    },
    put(digest, policyId, verified) {
      const { notBefore, notAfter } = verified
      const identity = keepsSubjects ? [...verified.identity, verified.subject ?? ''] : verified.identity
      // First: it may empty the records.
      const origin = numberOf(verified)
      records.add(digest, policyId, { origin, notBefore, notAfter, identity })
    },
    get size() {
      return records.size
    },
    get bytes() {
      return records.byteLength
    },
  }
}
