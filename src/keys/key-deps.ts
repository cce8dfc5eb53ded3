/** What key sources need from the world. The core has no clock, network, files or timers of its own. */

/** A standard `fetch`, narrowed to what is used of it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** What happened to the keys of a source, for the log and the metrics. Never holds key material. */
export type KeyEvent =
  /** A load succeeded, whether or not anything changed. */
  | {
      readonly type: 'refreshed'
      /** The source, as in its status. */
      readonly source: string
      readonly usable: number
      readonly ignored: number
    }
  /** A load failed; `kept` usable keys of the last good load stay in force. */
  | {
      readonly type: 'refresh_failed'
      readonly source: string
      readonly why: string
      /** Failed loads in a row, this one included. */
      readonly failures: number
      readonly kept: number
    }
  /** Keys came or went; each is named by its kid or, without one, its thumbprint. */
  | {
      readonly type: 'keys_changed'
      readonly source: string
      readonly added: readonly string[]
      readonly removed: readonly string[]
    }

export interface KeyDeps {
  /** Epoch milliseconds. */
  readonly nowMs: () => number
  readonly fetch: Fetch
  /** Reads a whole file; throws when it cannot. */
  readonly readFileSync: (path: string) => Uint8Array
  /** Calls `fn` once after `ms` milliseconds, unless the returned function was called before. */
  readonly setTimer: (fn: () => void, ms: number) => () => void
  /** Uniform in [0, 1): spreads refreshes, so that a fleet does not call its issuer in step. */
  readonly random: () => number
  /** Must not throw. */
  readonly onEvent?: (event: KeyEvent) => void
}
