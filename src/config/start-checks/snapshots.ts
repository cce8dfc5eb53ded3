/** Snapshots of keys that will not be used, because somebody else could have written them. */
import { dirname } from 'node:path'
import type { Diagnostic } from '../diagnostic.ts'
import type { LoadedConfig } from '../load-config.ts'
import { quoted } from '../printable.ts'
import { sourcesOf } from '../../keys/sources-of.ts'
import { distrustOf, distrustOfDirectory } from '../../keys/snapshot/snapshot-format.ts'
import { inspectSnapshot } from '../../app/keys/snapshot-files.ts'

/** One warning for each place: at the start without the issuer, for which snapshots are kept, it would be too late. */
export function snapshotWarnings(config: LoadedConfig): readonly Diagnostic[] {
  const reported = new Set<string>()
  const sources = config.settings.issuers.flatMap(({ keys }, i) =>
    sourcesOf(keys).map((one, part) => ({
      keys: one,
      place: `issuers/${i}/keys${keys.kind === 'several' ? `/${part}` : ''}`,
    })),
  )
  return sources.flatMap(({ keys, place: setting }) => {
    const file = 'snapshot' in keys ? keys.snapshot?.file : undefined
    if (file === undefined) return []
    return problemsOf(file)
      .filter(({ place }) => !reported.has(place))
      .map(({ place, why, hints }): Diagnostic => {
        reported.add(place)
        return {
          code: 'WARN_KEYS_SNAPSHOT_UNSAFE',
          severity: 'warning',
          message: `${quoted(file)} will not be used: ${why}`,
          position: config.positionOfSetting(`${setting}/snapshot_file`),
          hints,
        }
      })
  })
}

interface Problem {
  readonly place: string
  readonly why: string
  readonly hints: readonly string[]
}

function problemsOf(file: string): readonly Problem[] {
  const found = inspect(file)
  const problems: Problem[] = []
  if (found.directory !== undefined) {
    const why = distrustOfDirectory(found.directory)
    if (why !== undefined)
      problems.push({
        place: dirname(file),
        why,
        hints: [
          ...commands(dirname(file), found.directory.isOwn),
          // The root of a volume, or /tmp.
          'if others need it, name a directory below it in `state_dir`; Warder makes that for itself alone',
        ],
      })
  }
  if (found.file !== undefined) {
    const why = found.file.isFile ? distrustOf(found.file) : 'it is not a regular file'
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
function inspect(file: string): ReturnType<typeof inspectSnapshot> {
  try {
    return inspectSnapshot(file)
  } catch {
    return { file: undefined, directory: undefined }
  }
}
