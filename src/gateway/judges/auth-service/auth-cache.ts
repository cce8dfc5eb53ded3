/** Allows of an auth service, for a while, under the digest of everything that it was sent. */
import { createHash } from 'node:crypto'
import { readCacheControl } from '../../../answer-lifetime.ts'
import { valuesOf } from '../../../http/messages/header-fields.ts'
import type { ResponseHead } from '../../../http/messages/response-head.ts'
import { createExpiringEntries } from '../expiring-entries.ts'
import type { Grant } from '../judge.ts'

/** Denials are not remembered: they cost an attacker nothing, and would push out the allows. */
export function createAuthCache(maxEntries: number) {
  const entries = createExpiringEntries<Grant>(maxEntries)
  return {
    get: (requestText: string, nowMs: number): Grant | undefined => entries.get(digestOf(requestText), nowMs),
    put: (requestText: string, grant: Grant, untilMs: number): void =>
      entries.put(digestOf(requestText), grant, untilMs),
  }
}

/** A digest, so that no credential stays in memory. */
const digestOf = (requestText: string): string =>
  createHash('sha256').update(requestText, 'latin1').digest('base64')

/**
 * How long an allow may be remembered, in milliseconds.
 *
 * Stricter than RFC 9111: `private` forbids it too, because the cache is one for all clients, and what cannot be read
 * is not remembered.
 */
export function rememberMs({ fields }: ResponseHead, ttlMs: number): number {
  const cacheControl = readCacheControl(valuesOf(fields, 'cache-control').join(','))
  if (cacheControl.isForbidden || cacheControl.isPrivate) return 0
  const { maxAgeSeconds = Infinity, sharedMaxAgeSeconds = Infinity } = cacheControl
  const least = Math.min(ttlMs, maxAgeSeconds * 1_000, sharedMaxAgeSeconds * 1_000)
  const [age] = valuesOf(fields, 'age')
  return age === undefined
    ? least
    : Math.max(0, least - (/^\d{1,9}$/.test(age) ? Number(age) * 1_000 : least))
}
