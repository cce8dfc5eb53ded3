/** Files that outlive a run, on the disk of this machine. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  statSync,
  type Stats,
} from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SnapshotOnDisk } from '../../config/start-checks/snapshots.ts'
import type { Ownership, SnapshotFile, SnapshotFiles } from '../../keys/key-deps.ts'

/** Reads and writes whole files, and follows no link at their name. */
export const snapshotFiles: SnapshotFiles & Required<Pick<SnapshotFiles, 'write'>> = {
  read(path, maxBytes) {
    const fd = openExisting(path)
    if (fd === undefined) return undefined
    try {
      return readOpen(fd, path, maxBytes)
    } finally {
      closeSync(fd)
    }
  },

  async write(path, bytes) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    // In the same directory: a rename is whole only within one file system.
    const temporary = `${path}.${process.pid}.${crypto.randomUUID()}.tmp`
    try {
      const file = await open(temporary, 'wx', 0o600)
      try {
        await file.writeFile(bytes)
        // Else a crash may leave the new name with an empty file.
        await file.datasync()
      } finally {
        await file.close()
      }
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  },
}

/** @throws Error of node:fs when the file cannot be examined. */
export function inspectSnapshot(path: string): SnapshotOnDisk {
  const file = lstatSync(path, { throwIfNoEntry: false })
  const directory = statSync(dirname(path), { throwIfNoEntry: false })
  return {
    file: file && { ...ownershipOf(file), isFile: file.isFile() },
    directory: directory && ownershipOf(directory),
  }
}

/** `stat` and the content are of the same file: it is opened once. */
function readOpen(fd: number, path: string, maxBytes: number): SnapshotFile {
  const stat = fstatSync(fd)
  if (!stat.isFile()) throw Object.assign(new Error('not a file'), { code: 'not a file' })
  if (stat.size > maxBytes) throw Object.assign(new Error('too large'), { code: 'EFBIG' })
  const directory = statSync(dirname(path))
  return { bytes: readFileSync(fd), ...ownershipOf(stat), directory: ownershipOf(directory) }
}

/** For root, too, another user's file is not its own: that user would decide which keys root's process trusts. */
function ownershipOf({ uid, mode }: Stats): Ownership {
  const user = process.geteuid?.()
  return { mode: mode & 0o777, isOwn: user === undefined || uid === user || uid === 0 }
}

function openExisting(path: string): number | undefined {
  try {
    // Not blocking: a FIFO in its place must not stop the start.
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return undefined
    throw error
  }
}
