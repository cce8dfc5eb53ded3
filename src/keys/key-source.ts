/** Where an issuer's keys come from, as the verifier sees it. The only thing `jwt/` knows of key management. */
import type { KeySettings, OneKeySource } from '../settings/keys/key-source.ts'
import type { Algorithm } from '../syntax/algorithms.ts'
import type { VerificationKey } from './verification-key.ts'

/** The most keys that are tried for a token without `kid`. More is a way to make verification expensive. */
export const MAX_KEYS_TRIED = 4

/** Answer to "which keys may verify this token?". Never more than {@link MAX_KEYS_TRIED} keys. */
export type KeyLookup =
  | {
      readonly state: 'found'
      readonly keys: readonly VerificationKey[]
      /** The keys have no names: whether a token's `kid` means one of them is not known. */
      readonly isGuess?: true
      /** How long another source of the issuer, which may have the right key, is unavailable. */
      readonly othersRetryAfterSeconds?: number
      /** The token names its key, but a source that is unavailable might have another one of that name. */
      readonly isNameElsewhere?: true
    }
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

/** A key that was offered and refused. */
export interface IgnoredKey {
  readonly kid: string | undefined
  /** For people; never holds key material. */
  readonly why: string
  /** The publisher made a mistake with this key (private, weak, damaged); it is not only a key for something else. */
  readonly isUntrusted?: true
}

/** What an operator sees of a source: in `/readyz`, `keys list` and the log. */
export interface KeySourceStatus {
  /** `jwks_url https://…`, `pem_file key.pem`, `secret`: never the secret itself. */
  readonly description: string
  /**
   * `fresh`: usable; `stale`: usable, but the last refresh failed, or there was none since the start;
   * `empty`: nothing usable (yet); `expired`: too old to be used, see `max_stale`.
   */
  readonly state: 'fresh' | 'stale' | 'empty' | 'expired'
  readonly keys: readonly VerificationKey[]
  /** Keys that were offered and refused. */
  readonly ignored: readonly IgnoredKey[]
  /** Epoch milliseconds of the last good load, if any. */
  readonly loadedAtMs: number | undefined
  /** What went wrong last, if the last attempt failed. */
  readonly lastError: string | undefined
  /** What is known of each key, those in force first, then those that left last. */
  readonly history: readonly KeyHistory[]
  /** How the loading goes; absent for sources that never load again. */
  readonly loading?: LoadingStatus
}

/** When a key was there and when it was used. Times are epoch milliseconds. */
export interface KeyHistory {
  readonly kid: string | undefined
  readonly thumbprint: string
  readonly firstSeenMs: number
  /** The last good load that had it. */
  readonly lastSeenMs: number
  /** When it last verified a token, to the second; undefined: not in this process. */
  readonly lastUsedMs: number | undefined
  /** False for a key that has left the set. */
  readonly isInForce: boolean
}

export interface LoadingStatus {
  /** `snapshot`: the keys are those that an earlier run has kept; nothing was loaded yet. */
  readonly origin: 'network' | 'snapshot' | undefined
  /** Failed loads in a row. */
  readonly failures: number
  /** When the last of them failed. */
  readonly lastErrorAtMs: number | undefined
  /** When the next load begins by itself; in the past while it is under way. */
  readonly nextLoadAtMs: number
  /** When the keys will be too old to be used; undefined without keys. */
  readonly usableUntilMs: number | undefined
}

export interface KeySource {
  /**
   * @param mayWait false on the second ask of one decision: the answer is then never `pending`.
   */
  lookup(kid: string | undefined, algorithm: Algorithm, mayWait: boolean): KeyLookup
  /** Whether this very key object is still trusted; the verified-token cache asks on every hit. True counts as a use. */
  trusts(key: VerificationKey): boolean
  /** Records that a key has just verified a token. Cheap: called on the decision path. */
  noteUse(key: VerificationKey): void
  status(): KeySourceStatus
  /** Resolves when the first load has ended, well or badly. Never rejects. */
  readonly started: Promise<void>
  /** Resolves when listeners may open: at once, unless `startup: 'wait'`. Never rejects. */
  readonly ready: Promise<void>
  /**
   * Loads the keys now, or joins the load under way; absent for a source that never loads again. Never rejects. At most
   * one load in ten seconds begins this way, and none while the provider has asked for a pause: then it is `too_soon`.
   */
  refresh?(): Promise<'loaded' | 'failed' | 'too_soon'>
  /** Stops timers and fetches. */
  close(): void
  /** The parts of a combined source; absent for a single one. */
  readonly parts?: readonly KeySource[]
}

/** The sources behind an issuer's keys, one by one. */
export const partsOf = (source: KeySource): readonly KeySource[] => source.parts ?? [source]

/** The settings of the same sources, one by one. */
export const sourcesOf = (keys: KeySettings): readonly OneKeySource[] =>
  keys.kind === 'several' ? keys.sources : [keys]
