/**
 * Notices that files have changed, by their content, and waits until they are written. Polling sees what watching
 * inodes misses: the symlink swap of a Kubernetes volume, an editor that renames a new file over the old one, a
 * network file system.
 */
import type { LookDeps } from './look-at-files.ts'
import {
  changedPaths,
  isReadFrom,
  knowFiles,
  lookAtAll,
  mayBeCutOff,
  noteMissing,
  watchRefused,
  type WatchedFiles,
} from './watched-files.ts'

export interface WatchFilesDeps extends LookDeps {
  /** Quiet files and directories whose content differs from what was reported or loaded last. */
  readonly onChange: (changed: readonly string[]) => void
  /** A file or directory that was there before and is not any more; reported once until it comes back. */
  readonly onMissing: (file: string) => void
  /** Files that keep changing, so that no change is reported; called once until all are quiet. */
  readonly onRestless: (changed: readonly string[]) => void
  /** Time between two looks, in milliseconds. Default 500. */
  readonly intervalMs?: number
  /** Calls `look` again and again until the function it returns is called. Default: an interval that keeps no process up. */
  readonly every?: (intervalMs: number, look: () => Promise<void>) => () => void
}

export interface FileWatch {
  /**
   * Whether a configuration was read from the quiet content alone. If not, somebody has written meanwhile, or it
   * names files that were not watched: these are watched too, and `onChange` is called when all are quiet.
   */
  isQuiet(loaded: WatchedFiles): boolean
  /**
   * Watches the files of a configuration that was refused beside those of the running one: one of them may be what
   * it lacks. They replace those of an earlier call. A file without a hash could not be read.
   */
  alsoWatch(refused: WatchedFiles): void
  /** No call comes after it. */
  stop(): void
}

/** With {@link QUIET_LOOKS}, a change is reported between 1,000 and 1,500 ms after the last write. */
const DEFAULT_WATCH_MS = 500

/** How often in a row a look has to find what the previous one found. One would take a pause for the end. */
export const QUIET_LOOKS = 2

/**
 * The same when a file may be the beginning of what is being written: 4 to 4.5 seconds. A script that fetches the
 * next part of it pauses for longer than an editor, and ends its lines.
 */
export const CUT_OFF_LOOKS = 8

/** After so many looks at files that keep changing it is worth a line in the log; five seconds. */
export const RESTLESS_LOOKS = 10

/**
 * @param watched The configuration that was loaded. What changed between its loading and the first look is noticed
 *   too; files without a hash are taken as they are at the first look.
 */
export function watchFiles(watched: WatchedFiles, deps: WatchFilesDeps): FileWatch {
  const known = knowFiles(watched)
  let sameLooks = 0
  let restlessLooks = 0
  let isRetry = false
  let isStopped = false

  const reportQuiet = (changed: readonly string[]): void => {
    restlessLooks = 0
    for (const path of noteMissing(known)) deps.onMissing(path)
    for (const path of changed) known.taken.set(path, known.looks.get(path)?.hash ?? '')
    if (changed.length === 0 && !isRetry) return
    isRetry = false
    deps.onChange(changed)
  }

  const look = oneAtATime(async () => {
    if (isStopped) return
    const areSame = await lookAtAll(known, deps)
    if (isStopped) return
    sameLooks = areSame ? sameLooks + 1 : 0
    const changed = changedPaths(known)
    if (sameLooks >= (mayBeCutOff(known) ? CUT_OFF_LOOKS : QUIET_LOOKS)) reportQuiet(changed)
    else if (changed.length > 0 && ++restlessLooks === RESTLESS_LOOKS) deps.onRestless(changed)
  })

  const stopTimer = (deps.every ?? everyInterval)(deps.intervalMs ?? DEFAULT_WATCH_MS, look)
  return {
    isQuiet(loaded) {
      if (isReadFrom(known, loaded)) return true
      sameLooks = 0
      isRetry = true
      return false
    },
    alsoWatch(refused) {
      watchRefused(known, refused)
      sameLooks = 0
    },
    stop() {
      isStopped = true
      stopTimer()
    },
  }
}

/** A slow disk must not pile up looks: a call during a run waits for its end. */
function oneAtATime(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return async () => {
    running ??= run().finally(() => {
      running = undefined
    })
    await running
  }
}

function everyInterval(intervalMs: number, look: () => Promise<void>): () => void {
  const timer = setInterval(() => void look(), intervalMs)
  timer.unref()
  return () => clearInterval(timer)
}
