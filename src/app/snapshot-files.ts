/** Files that outlive a run, on the disk of this machine. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SnapshotFile, SnapshotFiles } from '../keys/key-deps.ts'

/** Reads and writes whole files, and follows no link at their name. */
export const snapshotFiles: SnapshotFiles & Required<Pick<SnapshotFiles, 'write'>> = {
  read(path, maxBytes) {
    const fd = openExisting(path)
    if (fd === undefined) return undefined
    try {
      return readOpen(fd, maxBytes)
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

/** What `stat` and the content say is of one and the same file: it is opened once. */
function readOpen(fd: number, maxBytes: number): SnapshotFile {
  const stat = fstatSync(fd)
  if (!stat.isFile()) throw Object.assign(new Error('not a file'), { code: 'not a file' })
  if (stat.size > maxBytes) throw Object.assign(new Error('too large'), { code: 'EFBIG' })
  const user = process.getuid?.()
  const isOwn = user === undefined || user === 0 || stat.uid === user || stat.uid === 0
  return { bytes: readFileSync(fd), mode: stat.mode & 0o777, isOwn }
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
