/** How long an answer says that it holds. */
import type { ReplyHeaders, Validators } from './fetch-document.ts'
import { parseHttpDate } from './http-date.ts'

/**
 * Milliseconds for which the answer says it holds, from now; 0 when it forbids to keep it, undefined when it
 * says nothing. What cannot be read counts as 0 (RFC 9111 §4.2.1): rather ask too often, within `min_refresh`.
 * `s-maxage` is for shared caches, and this is none.
 *
 * @see RFC 9111 §4.2.1, §5.1 (Age), §5.2.2, §5.3 (Expires)
 */
export function readFreshness(headers: ReplyHeaders, nowMs: number): number | undefined {
  const directives = (headers.get('cache-control') ?? '').toLowerCase().split(',')
  const names = directives.map((directive) => directive.split('=')[0]?.trim())
  if (names.includes('no-store') || names.includes('no-cache')) return 0
  const maxAges = directives.filter((_, index) => names[index] === 'max-age').map(readSeconds)
  // Two that disagree: the shorter one.
  if (maxAges.length > 0) return Math.max(0, Math.min(...maxAges) - readAge(headers)) * 1_000
  const expires = headers.get('expires')
  return expires === null ? undefined : readExpires(expires, headers, nowMs)
}

/** What a later request names this answer by. Odd values are not sent back to where they came from. */
export function readValidators(headers: ReplyHeaders): Validators {
  const read = (name: string): string | undefined => {
    const value = headers.get(name)
    return value !== null && VALIDATOR.test(value) ? value : undefined
  }
  return { etag: read('etag'), lastModified: read('last-modified') }
}

const VALIDATOR = /^[\x20-\x7e]{1,512}$/

function readSeconds(directive: string): number {
  const value = directive.slice(directive.indexOf('=') + 1).trim()
  const digits = /^"?(\d{1,10})"?$/.exec(value)?.[1]
  return digits === undefined ? 0 : Number(digits)
}

/** Seconds that the answer has spent in caches on the way. */
function readAge(headers: ReplyHeaders): number {
  const age = headers.get('age')
  // Of several, added up by two caches, the first is the nearest's.
  const digits = age === null ? undefined : /^(\d{1,10})(?:$|,)/.exec(age)?.[1]
  return digits === undefined ? 0 : Number(digits)
}

/** By the server's own clock where it tells it: ours may be another. */
function readExpires(expires: string, headers: ReplyHeaders, nowMs: number): number {
  const until = parseHttpDate(expires)
  const from = parseHttpDate(headers.get('date') ?? '') ?? nowMs
  return until === undefined ? 0 : Math.max(0, until - from - readAge(headers) * 1_000)
}
