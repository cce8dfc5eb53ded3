/** Where an issuer's keys come from, as the verifier sees it. The only thing `jwt/` knows of key management. */
import type { Algorithm } from './algorithms.ts'
import type { VerificationKey } from './verification-key.ts'

/** The most keys that are tried for a token without `kid`. More is a way to make verification expensive. */
export const MAX_KEYS_TRIED = 4

/** Answer to "which keys may verify this token?". Never more than {@link MAX_KEYS_TRIED} keys. */
export type KeyLookup =
  | { readonly state: 'found'; readonly keys: readonly VerificationKey[] }
  /** The token names a `kid` that the issuer does not have (now). */
  | { readonly state: 'kid_unknown' }
  /** The token names no `kid`, and more keys fit than may be tried. */
  | { readonly state: 'kid_missing' }
  /** A key was named, or exists, but none may verify with this algorithm. */
  | { readonly state: 'unsuitable' }
  /** No keys that may be trusted: never fetched, or too old. */
  | { readonly state: 'unavailable'; readonly retryAfterSeconds: number }
  /** A fetch is under way that may change the answer; ask again once after `settled`, which never rejects. */
  | { readonly state: 'pending'; readonly settled: Promise<void> }

/** What an operator sees of a source: in `/readyz`, `keys list` and the log. */
export interface KeySourceStatus {
  /** `jwks_url https://…`, `pem_file key.pem`, `secret`: never the secret itself. */
  readonly description: string
  /** `fresh`: usable; `stale`: usable, the last refresh failed; `empty`: nothing usable (yet). */
  readonly state: 'fresh' | 'stale' | 'empty'
  readonly keys: readonly VerificationKey[]
  /** Keys that were offered and refused, with the reason for people. */
  readonly ignored: readonly { readonly kid: string | undefined; readonly why: string }[]
  /** Epoch milliseconds of the last good load, if any. */
  readonly loadedAtMs: number | undefined
  /** What went wrong last, if the last attempt failed. */
  readonly lastError: string | undefined
}

export interface KeySource {
  /**
   * @param mayWait false on the second ask of one decision: the answer is then never `pending`.
   */
  lookup(kid: string | undefined, algorithm: Algorithm, mayWait: boolean): KeyLookup
  /** Whether this very key object is still trusted; the verified-token cache asks on every hit. */
  trusts(key: VerificationKey): boolean
  status(): KeySourceStatus
  /** Resolves when the first load has ended, well or badly. Never rejects. */
  readonly started: Promise<void>
  /** Stops timers and fetches. */
  close(): void
}
