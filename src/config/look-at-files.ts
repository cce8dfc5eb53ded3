/** What is at a watched path now. */
import { readExtraFiles, type DirectoryReader } from './extra-files.ts'
import { hashContent } from './interpolate.ts'

export interface LookDeps extends DirectoryReader {
  /**
   * Changes with every write to a file, even one that leaves the content as it was: its size and times. The first
   * word tells which file it is, and stays when it is written in place.
   *
   * @throws When there is no such file.
   */
  readonly stampOf: (path: string) => string | Promise<string>
}

/** What a look found at one path, a file or a directory with files; a missing one has an empty hash. */
export interface Look {
  readonly hash: string
  readonly stamp: string
  /** Of the files of a directory. */
  readonly hashes?: ReadonlyMap<string, string>
  /** In bytes. */
  readonly length: number
  /** Whether the last line of every file is ended. */
  readonly endsLines: boolean
}

export const MISSING: Look = { hash: '', stamp: '', length: 0, endsLines: true }

const LINE_FEED = 0x0a
/** Of the previous length. Edits seldom take away more at once, and must be in force within two seconds. */
const MUCH_SHORTER = 0.75

/**
 * Whether this may be the beginning of a file that is being written: the same file as before, written in place, and
 * much shorter, or without the end of its last line. What is renamed into its place is whole.
 */
export function isCutOff(now: Look, before: Look): boolean {
  if (now.hash === '' || now.hash === before.hash || identityOf(now) !== identityOf(before)) return false
  return now.length < before.length * MUCH_SHORTER || (before.endsLines && !now.endsLines)
}

/** A stamp has a line for each file. */
const identityOf = ({ stamp }: Look): string =>
  stamp
    .split('\n')
    .map((line) => line.split(' ', 1)[0])
    .join(' ')

export async function lookAtFile(path: string, deps: LookDeps): Promise<Look> {
  try {
    // The stamp first: a write between the two shows as another stamp at the next look.
    const stamp = await deps.stampOf(path)
    const content = await deps.readFile(path)
    return { hash: hashContent(content), stamp, length: content.length, endsLines: endsLine(content) }
  } catch {
    return MISSING
  }
}

export async function lookAtDirectory(directory: string, deps: LookDeps): Promise<Look> {
  const read = await readExtraFiles(directory, deps)
  if (!read.ok) return MISSING
  const { files, hash } = read.value
  const stamps: string[] = []
  for (const { path } of files) stamps.push((await lookAtStamp(path, deps)) ?? '')
  const contents = files.flatMap(({ content }) => (content.ok ? [content.value] : []))
  return {
    hash,
    stamp: stamps.join('\n'),
    hashes: new Map(files.map((file) => [file.path, file.hash])),
    length: contents.reduce((sum, content) => sum + content.length, 0),
    endsLines: contents.every(endsLine),
  }
}

const endsLine = (content: Uint8Array): boolean => content.at(-1) === LINE_FEED

async function lookAtStamp(path: string, deps: LookDeps): Promise<string | undefined> {
  try {
    return await deps.stampOf(path)
  } catch {
    return undefined
  }
}
