/** Snapshots of keys that will not be used, because somebody else could have written them. */
import { dirname } from 'node:path'
import type { Ownership } from '../../keys/key-deps.ts'
import { distrustOf } from '../../keys/snapshot/snapshot-format.ts'
import { diagnosticAt, type Diagnostic } from '../diagnostic.ts'
import type { LoadedConfig } from '../load-config.ts'
import { quoted } from '../../printable.ts'
import { allKeySourcesOf } from '../setting-places.ts'

/** What a snapshot and its directory are on the disk; each undefined when it is not there. */
export interface SnapshotOnDisk {
  readonly file: (Ownership & { readonly isFile: boolean }) | undefined
  readonly directory: Ownership | undefined
}

/**
 * One warning for each place: at the start without the issuer, for which snapshots are kept, it would be too late.
 *
 * @param inspect May throw for a file that cannot be examined.
 */
export function snapshotWarnings(
  config: LoadedConfig,
  inspect: (file: string) => SnapshotOnDisk,
): readonly Diagnostic[] {
  const reported = new Set<string>()
  return allKeySourcesOf(config.settings.issuers).flatMap(({ keys, setting }) => {
    const file = 'snapshot' in keys ? keys.snapshot?.file : undefined
    if (file === undefined) return []
    const position = config.positionOfSetting(`${setting}/snapshot_file`)
    return problemsOf(file, inspect)
      .filter(({ place }) => !reported.has(place))
      .map(({ place, why, hints }) => {
        reported.add(place)
        const message = `${quoted(file)} will not be used: ${why}`
        return diagnosticAt(position, 'WARN_KEYS_SNAPSHOT_UNSAFE', message, ...hints)
      })
  })
}

interface SnapshotProblem {
  readonly place: string
  readonly why: string
  readonly hints: readonly string[]
}

function problemsOf(file: string, inspect: (file: string) => SnapshotOnDisk): readonly SnapshotProblem[] {
  const found = inspectSafely(file, inspect)
  const problems: SnapshotProblem[] = []
  const place = dirname(file)
  const why = found.directory && distrustOf(found.directory, 'its directory')
  if (found.directory !== undefined && why !== undefined) {
    // The root of a volume, or /tmp.
    const other =
      'if others need it, name a directory below it in `state_dir`; Warder creates it for its own user only'
    problems.push({ place, why, hints: [...commands(place, found.directory.isOwn), other] })
  }
  if (found.file !== undefined) {
    const why = found.file.isFile ? distrustOf(found.file, 'it') : 'it is not a regular file'
    const hints = found.file.isFile ? commands(file, found.file.isOwn) : [`rm '${file}'`]
    if (why !== undefined) problems.push({ place: file, why, hints })
  }
  return problems
}

function commands(path: string, isOwn: boolean): readonly string[] {
  const user = process.geteuid?.() ?? 0
  if (isOwn) return [`chmod go-w '${path}'`]
  return [`chown ${user} '${path}'`, 'if another user runs Warder, run this check as that user']
}

/** A file that cannot be examined cannot be read at the start either; the log reports it then. */
function inspectSafely(file: string, inspect: (file: string) => SnapshotOnDisk): SnapshotOnDisk {
  try {
    return inspect(file)
  } catch {
    return { file: undefined, directory: undefined }
  }
}
