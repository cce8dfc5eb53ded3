/** Files of which nobody knows how long they are. */
import { closeSync, openSync, readSync } from 'node:fs'

const CHUNK_BYTES = 65_536

/**
 * The beginning of a file, and all of it if it has no more than `maxBytes`: a device or a runaway log in the place
 * of a key file must not fill the memory.
 *
 * @throws Error of node:fs when the file cannot be read.
 */
export function readBounded(path: string, maxBytes: number): Uint8Array {
  const file = openSync(path, 'r')
  try {
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
