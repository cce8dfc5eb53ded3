/** The log: one JSON object a line. The only place that knows the logging library. */
import { destination, pino, stdTimeFunctions } from 'pino'
import { printableJson } from '../printable.ts'

/** What the rooms outside the core log with. */
export interface Logger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
  /**
   * Writes out what is buffered; for the end of the process. False when the reader of the log took none of it
   * within a second: the rest is lost then.
   */
  flush(): Promise<boolean>
}

/** Most text that waits for a slow reader, in characters: some 10,000 denials. */
const MAX_WAITING_LENGTH = 4 * 1024 * 1024

const FLUSH_WAIT_MS = 1_000

/**
 * A logger on a file descriptor. It never waits for whoever reads the log: a reader that stalls would stop every
 * decision. What it has no room for is dropped, and counted in a line once there is room again.
 *
 * @param fd 1 for stdout, 2 for stderr.
 */
export function createLogger(fd: number): Logger {
  const stream = destination({ dest: fd, sync: false, minLength: 1, maxLength: MAX_WAITING_LENGTH })
  const log = pino(
    { base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    // JSON escapes C0 controls alone. Every field passes here, wherever its text comes from.
    { write: (line) => void stream.write(printableJson(line)) },
  )
  // Unregisters the library's own flush at the exit, which waits for a stalled reader for ever.
  stream.emit('close')
  let dropped = 0
  stream.on('drop', () => void dropped++)
  stream.on('drain', () => {
    if (dropped === 0) return
    const lines = dropped
    dropped = 0
    log.warn({ event: 'log', dropped: lines }, 'log lines were dropped: they were not read fast enough')
  })
  // Nobody reads it any more; decisions go on.
  stream.on('error', () => undefined)
  return {
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    flush: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), FLUSH_WAIT_MS)
        stream.flush(() => {
          // It would keep the process for the rest of its time.
          clearTimeout(timer)
          resolve(true)
        })
      }),
  }
}
