/** Keeping the last good keys of one source on disk, and taking them back at the next start. */
import { err, ok, type Result } from '../../result.ts'
import type { KeyDeps, SnapshotFile } from '../key-deps.ts'
import type { KeySet } from '../key-set.ts'
import { systemCodeOf } from '../quote.ts'
import { decodeSnapshot, encodeSnapshot, type Snapshot, type SnapshotOrigin } from './snapshot-format.ts'

export interface SnapshotOptions extends SnapshotOrigin {
  readonly file: string
  /** The source, for events. */
  readonly source: string
  readonly maxStaleMs: number
  /** Largest document that is loaded, in bytes. */
  readonly maxBytes: number
  /** Reads the document with every check of a load. */
  readonly parse: (jwks: Uint8Array) => Result<KeySet, string>
}

export interface RestoredKeys extends Pick<Snapshot, 'loadedAtMs' | 'firstSeen'> {
  readonly keySet: KeySet
}

export interface SnapshotStore {
  /** Reads the file; undefined if there is none, or if it may not be used, which an event reports. */
  restore(): RestoredKeys | undefined
  /** Writes the file in the background. Without `jwks` the previous document is kept again, with these times. */
  keep(jwks: Uint8Array | undefined, times: Pick<Snapshot, 'loadedAtMs' | 'firstSeen'>): void
}

/** JSON around the document: names, digests, escapes. */
const OVERHEAD_BYTES = 65_536

export function createSnapshotStore(
  options: SnapshotOptions,
  deps: Pick<KeyDeps, 'nowMs' | 'snapshots' | 'onEvent'>,
): SnapshotStore {
  const { file, source } = options
  const { snapshots } = deps
  let kept: Uint8Array | undefined
  let writing = Promise.resolve()
  const report = (type: 'snapshot_ignored' | 'snapshot_failed', why: string): void =>
    deps.onEvent?.({ type, source, file, why })

  const read = (): Result<RestoredKeys, string> | undefined => {
    let found: SnapshotFile | undefined
    try {
      found = snapshots?.read(file, options.maxBytes * 2 + OVERHEAD_BYTES)
    } catch (error) {
      return err(`it cannot be read (${systemCodeOf(error)})`)
    }
    if (found === undefined) return undefined
    const snapshot = decodeSnapshot(found, options, deps.nowMs(), options.maxStaleMs)
    if (!snapshot.ok) return snapshot
    const { jwks, loadedAtMs, firstSeen } = snapshot.value
    // Read again with today's settings: an algorithm or a pin may have changed since.
    const keySet = options.parse(jwks)
    return keySet.ok ? ok({ keySet: keySet.value, loadedAtMs, firstSeen }) : keySet
  }

  return {
    restore() {
      const restored = read()
      if (restored === undefined) return undefined
      if (!restored.ok) {
        report('snapshot_ignored', restored.error)
        return undefined
      }
      const { keySet, loadedAtMs } = restored.value
      deps.onEvent?.({ type: 'snapshot_used', source, file, usable: keySet.keys.length, loadedAtMs })
      return restored.value
    },
    keep(jwks, times) {
      kept = jwks ?? kept
      const write = snapshots?.write
      if (write === undefined || kept === undefined) return
      const bytes = encodeSnapshot({ jwks: kept, ...times }, options)
      // One after the other, so that the last one stays.
      writing = writing
        .then(() => write(file, bytes))
        .catch((error: unknown) => report('snapshot_failed', `it cannot be written (${systemCodeOf(error)})`))
    },
  }
}
