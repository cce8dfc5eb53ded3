/** Lines on their way to a file descriptor: in batches, and never waiting for the reader. */
import { fstatSync, write, writeSync } from 'node:fs'
import { LineBatches } from './line-batches.ts'

export interface LineWriter {
  /**
   * Accepts a line; it is written within {@link BATCH_MS} if the reader keeps up. False if the buffer is full: the line
   * is lost, and counted.
   *
   * @param line With its line feed.
   */
  write(line: string): boolean
  /** Lines that were lost so far. */
  lost(): number
  /** Resolves when at least half of the buffer is free; undefined if it is now. */
  room(): Promise<void> | undefined
  /** Writes out everything. False if the reader did not accept it within a second. */
  flush(): Promise<boolean>
  /** For the very end of the process: writes the rest at once, unless the reader is behind. */
  flushSync(): void
}

/** Most time that a line waits for others, in milliseconds: all that a kill loses while the reader keeps up. */
const BATCH_MS = 10

/**
 * PIPE_BUF of Linux: a pipe takes so much as a whole, or nothing, so lines of several processes do not mix. Linux does
 * the same for a unix socket, such as the journal's. A longer line is written alone, and may be interrupted.
 */
const MAX_PIPE_BYTES = 4_096

/** Nothing mixes in a file, where a large batch is as cheap as a small one. */
const MAX_FILE_BYTES = 65_536

/** Most text that waits for a slow reader, in bytes: about 10,000 denials. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024

const FLUSH_WAIT_MS = 1_000

/** How long until a full descriptor that does not block is tried again, in milliseconds. */
const RETRY_MS = 10

/** The same for a full disk, and for the errors that mean as much. */
const FULL_RETRY_MS = 200
const FULL: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/**
 * A writer. It writes on a thread of the runtime's pool, one batch at a time, because a pipe whose reader has stopped
 * blocks the caller; handing over a batch costs as much as ten lines.
 *
 * @param fd 1 for stdout, 2 for stderr.
 * @param describeLoss The line that reports lost lines, written when there is room again.
 */
export function createLineWriter(fd: number, describeLoss: (lines: number) => string): LineWriter {
  const batches = new LineBatches(mixes(fd) ? MAX_PIPE_BYTES : MAX_FILE_BYTES, MAX_WAITING_BYTES)
  let lostLines = 0
  let reportedLines = 0
  let isWriting = false
  let timer: NodeJS.Timeout | undefined
  /** While somebody waits for the end. */
  let onEmpty: (() => void) | undefined
  let room: PromiseWithResolvers<void> | undefined

  const writeNext = (): void => {
    clearTimeout(timer)
    timer = undefined
    const batch = batches.take()
    if (batch === undefined) return onEmpty?.()
    isWriting = true
    writeAll(fd, Buffer.from(batch.text), (isWritten) => {
      isWriting = false
      batches.release(batch)
      if (!batches.isHalfFull) {
        room?.resolve()
        room = undefined
      }
      if (!isWritten) lostLines += batch.lines
      else if (lostLines > 0 && batches.add(describeLoss(lostLines)))
        [reportedLines, lostLines] = [reportedLines + lostLines, 0]
      schedule()
    })
  }
  const schedule = (): void => {
    if (isWriting) return
    if (batches.hasFull || onEmpty !== undefined) writeNext()
    else if (!batches.isEmpty) timer ??= setTimeout(writeNext, BATCH_MS)
  }
  return {
    write(line) {
      const isAccepted = batches.add(line)
      if (!isAccepted) lostLines += 1
      schedule()
      return isAccepted
    },
    lost: () => reportedLines + lostLines,
    room: () => (batches.isHalfFull ? (room ??= Promise.withResolvers<void>()).promise : undefined),
    flush: () =>
      new Promise((resolve) => {
        const end = (isEmpty: boolean): void => {
          onEmpty = undefined
          // The timer would keep the process alive for the rest of its time.
          clearTimeout(deadline)
          resolve(isEmpty)
        }
        const deadline = setTimeout(() => end(false), FLUSH_WAIT_MS)
        onEmpty = () => end(true)
        schedule()
      }),
    flushSync() {
      clearTimeout(timer)
      // A write that is under way would be overtaken; if its reader has stopped, the process would never end.
      if (isWriting) return
      for (let batch = batches.take(); batch !== undefined; batch = batches.take())
        if (!writeAllSync(fd, Buffer.from(batch.text))) return
    },
  }
}

/** Whether lines of several processes can mix there. */
function mixes(fd: number): boolean {
  const stats = fstatSync(fd)
  return stats.isFIFO() || stats.isSocket()
}

/**
 * A full disk is waited for: it may have taken half of a line, which the rest must follow.
 *
 * @param done Called with false if it can never be written: the reader is gone.
 */
function writeAll(fd: number, bytes: Buffer, done: (isWritten: boolean) => void): void {
  write(fd, bytes, (fault, length) => {
    if (fault?.code === 'EAGAIN') setTimeout(() => writeAll(fd, bytes, done), RETRY_MS)
    // Nothing else keeps a process that could end.
    else if (FULL.has(fault?.code)) setTimeout(() => writeAll(fd, bytes, done), FULL_RETRY_MS).unref()
    else if (fault !== null) done(false)
    else if (length < bytes.length) writeAll(fd, bytes.subarray(length), done)
    else done(true)
  })
}

/** False if it cannot be written now. */
function writeAllSync(fd: number, bytes: Buffer): boolean {
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
    return true
  } catch {
    return false
  }
}
