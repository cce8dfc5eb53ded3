/** Lines of another process, never a part of one. */

/** A longer line is not one of the log; it is dropped. */
const MAX_LINE_BYTES = 1_048_576
const NEWLINE = 10

/**
 * Collects bytes until a line is complete: a process that is killed may leave half of one, and two processes that write
 * to one pipe may mix their lines as soon as these are longer than 4 KiB.
 *
 * @param onLines Called with one or more whole lines.
 */
export function createWholeLines(onLines: (text: string) => void): (bytes: Uint8Array) => void {
  let rest: Uint8Array = new Uint8Array()
  return (bytes) => {
    const end = bytes.lastIndexOf(NEWLINE) + 1
    if (end > 0) {
      onLines(Buffer.concat([rest, bytes.subarray(0, end)]).toString('utf8'))
      rest = bytes.slice(end)
    } else if (rest.length + bytes.length <= MAX_LINE_BYTES) rest = Buffer.concat([rest, bytes])
    else rest = new Uint8Array()
  }
}
