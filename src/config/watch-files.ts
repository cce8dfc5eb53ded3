/**
 * Notices that files have changed, by their content, and waits until they are written. Polling sees what watching
 * inodes misses: the symlink swap of a Kubernetes volume, an editor that renames a new file over the old one, a
 * network file system.
 */
import type { LoadedConfig } from './load-config.ts'
import { isCutOff, lookAtDirectory, lookAtFile, MISSING, type Look, type LookDeps } from './look-at-files.ts'

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

/** What a configuration is made of. */
export type WatchedFiles = Pick<LoadedConfig, 'files' | 'fileHashes' | 'directories'>

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
  const paths = new Map([...watched.files, ...watched.directories.keys()].map((path) => [path, MISSING]))
  const directories = new Set(watched.directories.keys())
  /** The content that was loaded or reported last. */
  const taken = new Map([...watched.fileHashes, ...watched.directories])
  // A file that could not be read when loading has an empty hash: it is missing already.
  const missing = new Set([...taken].flatMap(([path, hash]) => (hash === '' ? [path] : [])))
  const ofRunning = new Set(paths.keys())
  const inForce = new Map<string, Look>()
  let sameLooks = 0
  let restlessLooks = 0
  let isRetry = false
  let running: Promise<void> | undefined
  let isStopped = false

  /** Looks at one path; true when it is what it was at the previous look. */
  const isSame = async (path: string): Promise<boolean> => {
    const before = paths.get(path)
    const now = await (directories.has(path) ? lookAtDirectory(path, deps) : lookAtFile(path, deps))
    // Not watched any more since this look began.
    if (!paths.has(path)) return true
    paths.set(path, now)
    if (!taken.has(path)) taken.set(path, now.hash)
    if (!inForce.has(path) && taken.get(path) === now.hash) inForce.set(path, now)
    // Writing the content that is in force is not a change to wait for; a program may do so once a second.
    return before?.hash === now.hash && (before.stamp === now.stamp || taken.get(path) === now.hash)
  }

  const isChanged = (path: string): boolean => {
    const hash = paths.get(path)?.hash
    return hash !== '' && hash !== taken.get(path)
  }

  const mayBeCutOff = ([path, now]: readonly [string, Look]): boolean => {
    const before = inForce.get(path)
    return before !== undefined && isCutOff(now, before)
  }

  const lookAtAll = async (): Promise<void> => {
    let areSame = true
    for (const path of paths.keys()) if (!(await isSame(path))) areSame = false
    if (isStopped) return
    sameLooks = areSame ? sameLooks + 1 : 0
    const changed = [...paths.keys()].filter(isChanged)
    if (sameLooks >= ([...paths].some(mayBeCutOff) ? CUT_OFF_LOOKS : QUIET_LOOKS)) reportQuiet(changed)
    else if (changed.length > 0 && ++restlessLooks === RESTLESS_LOOKS) deps.onRestless(changed)
  }

  const reportQuiet = (changed: readonly string[]): void => {
    restlessLooks = 0
    for (const [path, { hash }] of paths) {
      if (hash !== '') missing.delete(path)
      else if (!missing.has(path)) {
        missing.add(path)
        deps.onMissing(path)
      }
    }
    for (const path of changed) taken.set(path, paths.get(path)?.hash ?? '')
    if (changed.length === 0 && !isRetry) return
    isRetry = false
    deps.onChange(changed)
  }

  // A slow disk must not pile up looks: one at a time.
  const look = async (): Promise<void> => {
    if (isStopped) return
    running ??= lookAtAll().finally(() => {
      running = undefined
    })
    await running
  }

  const stopTimer = (deps.every ?? everyInterval)(deps.intervalMs ?? DEFAULT_WATCH_MS, look)
  return {
    isQuiet(loaded) {
      const seen = new Map([...paths.values()].flatMap(({ hashes }) => [...(hashes ?? [])]))
      for (const [path, { hash }] of paths) seen.set(path, hash)
      const read = [...loaded.fileHashes, ...loaded.directories]
      const unseen = [...loaded.files, ...read.map(([path]) => path)].filter((path) => !seen.has(path))
      if (unseen.length === 0 && read.every(([path, hash]) => seen.get(path) === hash)) return true
      for (const path of unseen) paths.set(path, MISSING)
      for (const path of loaded.directories.keys()) directories.add(path)
      sameLooks = 0
      isRetry = true
      return false
    },
    alsoWatch(refused) {
      const hashes = new Map([...refused.fileHashes, ...refused.directories])
      const named = new Set([...refused.files, ...hashes.keys()])
      for (const path of paths.keys()) {
        if (ofRunning.has(path) || named.has(path)) continue
        for (const known of [paths, taken, missing, directories, inForce]) known.delete(path)
      }
      for (const path of named) {
        if (paths.has(path)) continue
        const hash = hashes.get(path) ?? ''
        paths.set(path, MISSING)
        taken.set(path, hash)
        if (hash === '') missing.add(path)
        if (refused.directories.has(path)) directories.add(path)
      }
      sameLooks = 0
    },
    stop() {
      isStopped = true
      stopTimer()
    },
  }
}

function everyInterval(intervalMs: number, look: () => Promise<void>): () => void {
  const timer = setInterval(() => void look(), intervalMs)
  timer.unref()
  return () => clearInterval(timer)
}
