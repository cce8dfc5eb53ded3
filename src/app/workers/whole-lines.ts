/** Lines of another process, never a part of one. */

/** A longer line is not one of the log; it is dropped. */
const MAX_LINE_BYTES = 1_048_576
const NEWLINE = 10

/**
 * Collects bytes until a line is complete: a process that is killed may leave half of one, and two processes that write
 * to one pipe may mix their lines as soon as these are longer than 4 KiB.
 *
 * @param onLines Called with one or more whole lines.
 * @returns Takes bytes, and returns what `onLines` returned, if it was called.
 */
export function createWholeLines<T>(onLines: (text: string) => T): (bytes: Uint8Array) => T | undefined {
  let rest: Uint8Array = new Uint8Array()
  let isTooLong = false
  const keep = (bytes: Uint8Array): void => {
    isTooLong ||= rest.length + bytes.length > MAX_LINE_BYTES
    rest = isTooLong ? new Uint8Array() : Buffer.concat([rest, bytes])
  }
  return (bytes) => {
    // With the end of a line that is too long, what follows is whole lines again.
    const start = isTooLong ? bytes.indexOf(NEWLINE) + 1 : 0
    if (isTooLong && start === 0) return undefined
    isTooLong = false
    const end = bytes.lastIndexOf(NEWLINE) + 1
    if (end === start) {
      keep(bytes.subarray(start))
      return undefined
    }
    const whole = Buffer.concat([rest, bytes.subarray(start, end)])
    rest = new Uint8Array()
    keep(bytes.subarray(end))
    return onLines(whole.toString('utf8'))
  }
}
