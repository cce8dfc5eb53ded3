/** Reads files of unknown length, which may not even be regular files. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import { MAX_CONFIG_BYTES } from '../config/decode-text.ts'

const CHUNK_BYTES = 65_536

/** One byte more than any reader accepts, so that the reader refuses it, and a watcher sees what was loaded. */
export const MAX_READ_BYTES = MAX_CONFIG_BYTES + 1

/** Opening a pipe without a writer would wait for one, and so would the whole process. */
const AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK

/** What a shell's `<(…)` and `/dev/stdin` are: descriptors of this process, with somebody at the other end. */
const OWN_DESCRIPTOR = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/self\/fd\/\d+)$/

/**
 * The beginning of a file, and all of it if it has no more than `maxBytes`: a device or a runaway log in the place
 * of a key file must not fill the memory, and a pipe must not stop the process.
 *
 * @param maxBytes Also of the descriptors of this process, which are waited for.
 * @throws Error of node:fs when the file cannot be read; its code is `ENOTREG` for a pipe.
 */
export function readBounded(path: string, maxBytes: number): Uint8Array {
  return OWN_DESCRIPTOR.test(path)
    ? readWaiting(path, maxBytes)
    : readOpened(openSync(path, AT_ONCE), maxBytes, assertFile)
}

/** The same, and waits for the writer of a pipe: for files that a person names on the command line. */
export const readWaiting = (path: string, maxBytes: number): Uint8Array =>
  readOpened(openSync(path, 'r'), maxBytes)

/** {@link readBounded} for repeated looks: never blocks the process, and never reads a descriptor. */
export async function readBoundedLater(path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await open(path, AT_ONCE)
  try {
    assertFile(await file.stat())
    const chunks: Uint8Array[] = []
    for (let total = 0; total < maxBytes;) {
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, maxBytes - total))
      const { bytesRead } = await file.read(chunk)
      if (bytesRead === 0) break
      chunks.push(chunk.subarray(0, bytesRead))
      total += bytesRead
    }
    return new Uint8Array(Buffer.concat(chunks))
  } finally {
    await file.close()
  }
}

function readOpened(file: number, maxBytes: number, assert?: (stats: Stats) => void): Uint8Array {
  try {
    assert?.(fstatSync(file))
    const chunks: Uint8Array[] = []
    for (let total = 0; total < maxBytes;) {
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, maxBytes - total))
      const length = readSync(file, chunk)
      if (length === 0) break
      chunks.push(chunk.subarray(0, length))
      total += length
    }
    return new Uint8Array(Buffer.concat(chunks))
  } finally {
    closeSync(file)
  }
}

/** A device is read as far as it goes without waiting: `/dev/null` is an empty file. */
function assertFile(stats: Stats): void {
  if (stats.isFIFO() || stats.isSocket())
    throw Object.assign(new Error('the file is a pipe or a socket'), { code: 'ENOTREG' })
}
