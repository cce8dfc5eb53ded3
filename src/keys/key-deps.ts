/** What key sources need from the world. The core has no clock, network, files or timers of its own. */
import type { ReachSettings } from '../settings/keys/definition.ts'

/** A standard `fetch`, narrowed to what key sources use. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** What happened to the keys of a source, for the log and the metrics. Never holds key material. */
export type KeyEvent = KeyChange & {
  /** The source, as in its status. */
  readonly source: string
}

type KeyChange =
  /** A load succeeded, whether or not anything changed. */
  | { readonly type: 'refreshed'; readonly usable: number; readonly ignored: number }
  /** A load failed; `kept` usable keys of the last good load stay in force. */
  | {
      readonly type: 'refresh_failed'
      readonly why: string
      /** Failed loads in a row, this one included. */
      readonly failures: number
      readonly kept: number
    }
  /** Keys came or went; each is named by its kid or, without one, its thumbprint. */
  | { readonly type: 'keys_changed'; readonly added: readonly string[]; readonly removed: readonly string[] }
  /** Keys that must not be trusted were offered, and were not before: private, weak or damaged ones. */
  | {
      readonly type: 'keys_refused'
      readonly refused: readonly { readonly kid: string | undefined; readonly why: string }[]
    }
  /** A snapshot was not used or not kept; the source goes on without it. */
  | { readonly type: 'snapshot_ignored' | 'snapshot_failed'; readonly file: string; readonly why: string }
  /** The keys of an earlier run are in force until the first load. */
  | {
      readonly type: 'snapshot_used'
      readonly file: string
      readonly usable: number
      /** When the earlier run loaded them, epoch milliseconds. */
      readonly loadedAtMs: number
    }

/** Who may change a file, or the names in a directory. */
export interface Ownership {
  /** Permission bits, as of `stat`. */
  readonly mode: number
  /** True when this user or root owns it. */
  readonly isOwn: boolean
}

/** What a snapshot is, and who could have written it or put it there. */
export interface SnapshotFile extends Ownership {
  readonly bytes: Uint8Array
  readonly directory: Ownership
}

/** The files that outlive a run. */
export interface SnapshotFiles {
  /** Reads a file; undefined when there is none. Throws when it cannot be read, or is larger than `maxBytes`. */
  readonly read: (path: string, maxBytes: number) => SnapshotFile | undefined
  /** Replaces a file with one of mode 0600, whole or not at all. Absent: nothing is kept. */
  readonly write?: (path: string, bytes: Uint8Array) => Promise<void>
}

export interface KeyDeps {
  /** Epoch milliseconds. */
  readonly nowMs: () => number
  readonly fetch: Fetch
  /**
   * Makes a fetch that reaches its servers in a special way. Credentials are for `origin` alone: an announced key
   * set may be elsewhere. Absent: sources with such settings are refused.
   */
  readonly fetchVia?: (reach: ReachSettings, origin: string) => Fetch
  /** Reads a whole file; throws when it cannot. */
  readonly readFileSync: (path: string) => Uint8Array
  /** Calls `fn` once after `ms` milliseconds, unless the returned function was called before. */
  readonly setTimer: (fn: () => void, ms: number) => () => void
  /** Uniform in [0, 1): spreads refreshes, so that several processes do not call their issuer at the same moment. */
  readonly random: () => number
  /** Absent: snapshots are neither read nor kept. */
  readonly snapshots?: SnapshotFiles
  /** Must not throw. */
  readonly onEvent?: (event: KeyEvent) => void
}
