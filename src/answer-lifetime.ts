/** How long an HTTP answer may be used again, and when its server wants to be asked again. */

/** The header fields of an answer; a Fetch API `Headers` fits. Several fields of one name are joined with `, `. */
export interface AnswerHeaders {
  get(name: string): string | null
}

/** What `Cache-Control` says about using an answer again. */
export interface CacheControl {
  /** `no-store` or `no-cache`. */
  readonly isForbidden: boolean
  /** `private`: for one user, not for a cache that many share. */
  readonly isPrivate: boolean
  /** The least of several; 0 for one that cannot be read (RFC 9111 §4.2.1); undefined when there is none. */
  readonly maxAgeSeconds: number | undefined
  /** `s-maxage`, for shared caches; read as `max-age` is. */
  readonly sharedMaxAgeSeconds: number | undefined
}

/**
 * Reads a `Cache-Control` value, `''` for an absent one.
 *
 * @see RFC 9111 §5.2.2
 */
export function readCacheControl(value: string): CacheControl {
  const directives = value
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim().split(/[ \t]*=[ \t]*/))
  const has = (name: string): boolean => directives.some(([found]) => found === name)
  const leastOf = (name: string): number | undefined => {
    const seconds = directives.filter(([found]) => found === name).map(([, text]) => readSeconds(text))
    return seconds.length === 0 ? undefined : Math.min(...seconds)
  }
  return {
    isForbidden: has('no-store') || has('no-cache'),
    isPrivate: has('private'),
    maxAgeSeconds: leastOf('max-age'),
    sharedMaxAgeSeconds: leastOf('s-maxage'),
  }
}

function readSeconds(text: string | undefined): number {
  const digits = /^"?(\d{1,10})"?$/.exec(text ?? '')?.[1]
  return digits === undefined ? 0 : Number(digits)
}

/**
 * Milliseconds from now for which a cache of one user may use the answer; 0 when it may not, undefined when the
 * answer does not tell. What cannot be read counts as 0: rather ask too often, within `min_refresh`.
 *
 * @see RFC 9111 §4.2.1, §5.1 (Age), §5.3 (Expires)
 */
export function readFreshness(headers: AnswerHeaders, nowMs: number): number | undefined {
  const { isForbidden, maxAgeSeconds } = readCacheControl(headers.get('cache-control') ?? '')
  if (isForbidden) return 0
  if (maxAgeSeconds !== undefined) return Math.max(0, maxAgeSeconds - readAge(headers)) * 1_000
  const expires = headers.get('expires')
  return expires === null ? undefined : readExpires(expires, headers, nowMs)
}

/** Seconds that the answer has spent in caches on the way. */
function readAge(headers: AnswerHeaders): number {
  const age = headers.get('age')
  // Of several, added by two caches, the first is the nearest's.
  const digits = age === null ? undefined : /^(\d{1,10})(?:$|,)/.exec(age)?.[1]
  return digits === undefined ? 0 : Number(digits)
}

/** By the server's own clock if it sends a `Date`: ours may differ. */
function readExpires(expires: string, headers: AnswerHeaders, nowMs: number): number {
  const until = parseHttpDate(expires)
  const from = parseHttpDate(headers.get('date') ?? '') ?? nowMs
  return until === undefined ? 0 : Math.max(0, until - from - readAge(headers) * 1_000)
}

/**
 * Milliseconds from now for which a server asks to be left alone; undefined when it does not, or in a form that
 * cannot be read. Not bounded here.
 *
 * @see RFC 9110 §10.2.3
 */
export function readRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,10}$/.test(value)) return Number(value) * 1_000
  const until = parseHttpDate(value)
  return until === undefined ? undefined : Math.max(0, until - nowMs)
}

// IMF-fixdate, the only form that may be sent. `Date.parse` alone takes "1" for a date.
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** Epoch milliseconds (RFC 9110 §5.6.7). The two obsolete forms are not read: nothing sends them. */
function parseHttpDate(value: string): number | undefined {
  const ms = IMF_FIXDATE.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}
