/** A key source that reads a JWK set from a file, and reads it again when it changes. */
import { createHash } from 'node:crypto'
import { err, type Result } from '../../result.ts'
import type { KeyDeps } from '../key-deps.ts'
import { selectKey, type KeySet } from '../key-set.ts'
import type { KeySource } from '../key-source.ts'
import { createLiveKeys } from '../refresh/live-keys.ts'

/** How often the file is read. Unlike watching, reading works through symlink swaps, mounts and NFS. */
const POLL_MS = 2_000

export interface PolledOptions {
  /** `jwks_file PATH`. */
  readonly description: string
  /** Reads the file; the error is for people. */
  readonly read: () => Result<Uint8Array, string>
  /** Makes a key set of its bytes. */
  readonly parse: (bytes: Uint8Array) => Result<KeySet, string>
}

/**
 * Creates the source and loads the file. A later problem with it (missing, half written, no usable key) is
 * shown in the status, and the last good keys stay. The caller decides whether a bad first load is an error: the source
 * is then `empty`, and becomes usable as soon as the file is.
 */
export function createPolledSource(
  options: PolledOptions,
  deps: Pick<KeyDeps, 'nowMs' | 'setTimer' | 'onEvent'>,
): KeySource {
  const live = createLiveKeys(options.description, deps)
  let lastSeen: string | undefined
  let cancelTimer = (): void => undefined

  const poll = (): void => {
    const bytes = options.read()
    const seen = bytes.ok ? digest(bytes.value) : `unreadable: ${bytes.error}`
    if (seen === lastSeen) return
    lastSeen = seen
    live.accept(bytes.ok ? options.parse(bytes.value) : err(bytes.error))
  }
  const pollForever = (): void => {
    poll()
    cancelTimer = deps.setTimer(pollForever, POLL_MS)
  }
  pollForever()

  return {
    lookup(kid, algorithm) {
      const set = live.current()
      if (set !== undefined) return selectKey(set, kid, algorithm)
      return { state: 'unavailable', retryAfterSeconds: Math.ceil(POLL_MS / 1_000) }
    },
    trusts: live.trusts,
    noteUse: live.noteUse,
    status: live.status,
    started: Promise.resolve(),
    ready: Promise.resolve(),
    close: () => cancelTimer(),
  }
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64')
