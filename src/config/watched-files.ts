/** What is known about the files of a configuration while they are watched. */
import type { LoadedConfig } from './load-config.ts'
import { isCutOff, lookAtDirectory, lookAtFile, MISSING, type Look, type LookDeps } from './look-at-files.ts'

/** What a configuration is made of. */
export type WatchedFiles = Pick<LoadedConfig, 'files' | 'fileHashes' | 'directories'>

export interface KnownFiles {
  /** Every watched path, and what the last look found there. */
  readonly looks: Map<string, Look>
  /** Those that are directories. */
  readonly directories: Set<string>
  /** The content that was loaded or reported last, as hashes. */
  readonly taken: Map<string, string>
  /** Paths that were reported as missing, or that could not be read at the start. */
  readonly missing: Set<string>
  /** How the content in force looked when it was first seen. */
  readonly inForce: Map<string, Look>
  /** Paths of the running configuration. */
  readonly ofRunning: ReadonlySet<string>
}

export function knowFiles(watched: WatchedFiles): KnownFiles {
  const looks = new Map([...watched.files, ...watched.directories.keys()].map((path) => [path, MISSING]))
  const taken = hashesOf(watched)
  return {
    looks,
    directories: new Set(watched.directories.keys()),
    taken,
    // A file that could not be read when loading has an empty hash: it is missing already.
    missing: new Set([...taken].flatMap(([path, hash]) => (hash === '' ? [path] : []))),
    inForce: new Map(),
    ofRunning: new Set(looks.keys()),
  }
}

/** True when every path is what it was at the previous look. */
export async function lookAtAll(known: KnownFiles, deps: LookDeps): Promise<boolean> {
  let areSame = true
  for (const path of known.looks.keys()) if (!(await isSame(known, path, deps))) areSame = false
  return areSame
}

async function isSame(
  { looks, directories, taken, inForce }: KnownFiles,
  path: string,
  deps: LookDeps,
): Promise<boolean> {
  const before = looks.get(path)
  const now = await (directories.has(path) ? lookAtDirectory(path, deps) : lookAtFile(path, deps))
  // Not watched any more since this look began.
  if (!looks.has(path)) return true
  looks.set(path, now)
  if (!taken.has(path)) taken.set(path, now.hash)
  if (!inForce.has(path) && taken.get(path) === now.hash) inForce.set(path, now)
  // Writing the content that is in force is not a change to wait for; a program may do so once a second.
  return before?.hash === now.hash && (before.stamp === now.stamp || taken.get(path) === now.hash)
}

/** Paths whose content is there and differs from what was reported or loaded last. */
export const changedPaths = ({ looks, taken }: KnownFiles): readonly string[] =>
  [...looks].flatMap(([path, { hash }]) => (hash !== '' && hash !== taken.get(path) ? [path] : []))

/** Whether a file may be the beginning of what is being written. */
export const mayBeCutOff = ({ looks, inForce }: KnownFiles): boolean =>
  [...looks].some(([path, now]) => {
    const before = inForce.get(path)
    return before !== undefined && isCutOff(now, before)
  })

/** Paths that were there before and are not any more, each once until it comes back. */
export function noteMissing({ looks, missing }: KnownFiles): readonly string[] {
  const found: string[] = []
  for (const [path, { hash }] of looks) {
    if (hash !== '') missing.delete(path)
    else if (!missing.has(path)) {
      missing.add(path)
      found.push(path)
    }
  }
  return found
}

/** Whether a configuration was read from what the last look found, and from nothing else; if not, it is watched too. */
export function isReadFrom({ looks, directories }: KnownFiles, loaded: WatchedFiles): boolean {
  const seen = new Map([...looks.values()].flatMap(({ hashes }) => [...(hashes ?? [])]))
  for (const [path, { hash }] of looks) seen.set(path, hash)
  const read = hashesOf(loaded)
  const unseen = [...loaded.files, ...read.keys()].filter((path) => !seen.has(path))
  if (unseen.length === 0 && [...read].every(([path, hash]) => seen.get(path) === hash)) return true
  for (const path of unseen) looks.set(path, MISSING)
  for (const path of loaded.directories.keys()) directories.add(path)
  return false
}

/** Puts the files of a refused configuration in the place of those of an earlier refused one. */
export function watchRefused(known: KnownFiles, refused: WatchedFiles): void {
  const { looks, directories, taken, missing, inForce, ofRunning } = known
  const hashes = hashesOf(refused)
  const named = new Set([...refused.files, ...hashes.keys()])
  for (const path of looks.keys()) {
    if (ofRunning.has(path) || named.has(path)) continue
    for (const forgetting of [looks, taken, missing, directories, inForce]) forgetting.delete(path)
  }
  for (const path of named) {
    if (looks.has(path)) continue
    const hash = hashes.get(path) ?? ''
    looks.set(path, MISSING)
    taken.set(path, hash)
    if (hash === '') missing.add(path)
    if (refused.directories.has(path)) directories.add(path)
  }
}

const hashesOf = ({ fileHashes, directories }: WatchedFiles): Map<string, string> =>
  new Map([...fileHashes, ...directories])
