/**
 * Notices that files have changed, by their content. Polling sees what watching inodes misses: the symlink swap of
 * a Kubernetes volume, an editor that renames a new file over the old one, a network file system.
 */
import { hashContent } from './interpolate.ts'
import { readExtraFiles, type DirectoryReader } from './extra-files.ts'
import type { LoadedConfig } from './load-config.ts'

export interface WatchFilesDeps extends DirectoryReader {
  /** Files and directories whose content differs from the last look, or that came back with another content. */
  readonly onChange: (changed: readonly string[]) => void
  /** A file or directory that was there before and is not any more; said once until it comes back. */
  readonly onMissing: (file: string) => void
  /** Time between two looks, in milliseconds. Default 1,000. */
  readonly intervalMs?: number
  /** Calls `look` again and again until the function it returns is called. Default: an interval that keeps no process up. */
  readonly every?: (intervalMs: number, look: () => Promise<void>) => () => void
}

/** Short enough for a person who has just saved a file, and nothing to a machine. */
const DEFAULT_WATCH_MS = 1_000

/**
 * @param watched The configuration that was loaded. What changed between its loading and the first look is noticed
 *   too; files without a hash are taken as they are at the first look.
 * @returns Stops watching; no call comes after it.
 */
export function watchFiles(
  watched: Pick<LoadedConfig, 'files' | 'fileHashes' | 'directories'>,
  deps: WatchFilesDeps,
): () => void {
  const hashes = [...watched.fileHashes, ...watched.directories]
  // A file that could not be read when loading has an empty hash: it is missing already.
  const last = new Map(hashes.filter(([, hash]) => hash !== ''))
  const missing = new Set(hashes.flatMap(([file, hash]) => (hash === '' ? [file] : [])))
  let running: Promise<void> | undefined
  let stopped = false

  const isChanged = async (file: string): Promise<boolean> => {
    const hash = await (watched.directories.has(file) ? hashOfAll(file, deps) : hashOf(file, deps.readFile))
    const wasMissing = missing.has(file)
    if (hash === undefined) {
      missing.add(file)
      if (!wasMissing && !stopped) deps.onMissing(file)
      return false
    }
    const before = last.get(file)
    missing.delete(file)
    last.set(file, hash)
    // A file that comes back as it was is no change; one that appears is.
    return before === undefined ? wasMissing : before !== hash
  }

  const lookAtAll = async (): Promise<void> => {
    const changed: string[] = []
    for (const path of [...watched.files, ...watched.directories.keys()])
      if (await isChanged(path)) changed.push(path)
    if (!stopped && changed.length > 0) deps.onChange(changed)
  }

  // A slow disk must not pile up looks: one at a time.
  const look = async (): Promise<void> => {
    if (stopped) return
    running ??= lookAtAll().finally(() => {
      running = undefined
    })
    await running
  }

  const stopTimer = (deps.every ?? everyInterval)(deps.intervalMs ?? DEFAULT_WATCH_MS, look)
  return () => {
    stopped = true
    stopTimer()
  }
}

function everyInterval(intervalMs: number, look: () => Promise<void>): () => void {
  const timer = setInterval(() => void look(), intervalMs)
  timer.unref()
  return () => clearInterval(timer)
}

async function hashOf(file: string, readFile: WatchFilesDeps['readFile']): Promise<string | undefined> {
  try {
    return hashContent(await readFile(file))
  } catch {
    return undefined
  }
}

async function hashOfAll(directory: string, deps: DirectoryReader): Promise<string | undefined> {
  const read = await readExtraFiles(directory, deps)
  return read.ok ? read.value.hash : undefined
}
