/** A directory of YAML files that belong to a configuration. */
import { join } from 'node:path'
import { err, ok, type Result } from '../result.ts'
import { fileTrouble, hashContent, readBytes, type FileTrouble } from './interpolate.ts'

export interface DirectoryReader {
  readonly readFile: (path: string) => Uint8Array | Promise<Uint8Array>
  /**
   * Relative paths of all files in and below a directory, in any order.
   *
   * @throws When the directory cannot be read; the `code` of Node's errors is understood.
   */
  readonly listFiles: (directory: string) => readonly string[] | Promise<readonly string[]>
}

export interface ExtraFile {
  /** Relative to the directory. */
  readonly name: string
  /** Absolute. */
  readonly path: string
  /** What was read, or why it could not be. */
  readonly content: Result<Uint8Array, FileTrouble>
  /** Of the content; empty when it could not be read. */
  readonly hash: string
}

export interface ExtraFiles {
  /** In the order of their names. */
  readonly files: readonly ExtraFile[]
  /** Changes with every name and every content. */
  readonly hash: string
}

/** Files of one directory; a thousand routes fit into one. */
export const MAX_EXTRA_FILES = 256
/** All of them together, in bytes. */
export const MAX_EXTRA_BYTES = 16 * 1024 ** 2

/** What is wrong with the directory as a whole. */
export type DirectoryTrouble = FileTrouble | 'holds too many files' | 'holds too much'

/**
 * Reads every `*.yml` and `*.yaml` in and below a directory, in this letter case, as Goma does: a file that is left out
 * may hold what guards a path, and one too many may open it. Directories whose names begin with a dot are passed over
 * (Kubernetes volumes have some), and so are the locks of Emacs (`.#routes.yml`).
 *
 * @param directory Absolute.
 */
export async function readExtraFiles(
  directory: string,
  reader: DirectoryReader,
): Promise<Result<ExtraFiles, DirectoryTrouble>> {
  let listed: readonly string[]
  try {
    listed = await reader.listFiles(directory)
  } catch (error) {
    return err(fileTrouble(error))
  }
  const names = listed.filter(isExtraFile).toSorted((a, b) => (a < b ? -1 : 1))
  if (names.length > MAX_EXTRA_FILES) return err('holds too many files')
  const files: ExtraFile[] = []
  let bytes = 0
  for (const name of names) {
    const path = join(directory, name)
    const content = await readBytes(path, reader)
    bytes += content.ok ? content.value.length : 0
    if (bytes > MAX_EXTRA_BYTES) return err('holds too much')
    files.push({ name, path, content, hash: content.ok ? hashContent(content.value) : '' })
  }
  const lines = files.map(({ name, hash }) => `${name}\0${hash}\n`)
  return ok({ files, hash: hashContent(new TextEncoder().encode(lines.join(''))) })
}

const isExtraFile = (name: string): boolean =>
  /\.ya?ml$/.test(name) && !/(?:^|\/)(?:\.[^/]*\/|\.#)/.test(name)
