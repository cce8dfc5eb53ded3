/** The log: one JSON object per line. The only user of the logging library. */
import { destination, pino, stdTimeFunctions } from 'pino'
import { printableJson } from '../printable.ts'

/** The logger of the rooms outside the core. */
export interface Logger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
  /**
   * Writes out the buffered lines; for the end of the process. False if the reader of the log did not accept them
   * within a second: the rest is lost then.
   */
  flush(): Promise<boolean>
}

/** Most text that waits for a slow reader, in characters: about 10,000 denials. */
const MAX_WAITING_LENGTH = 4 * 1024 * 1024

const FLUSH_WAIT_MS = 1_000

/**
 * A logger on a file descriptor. It never waits for the reader of the log: a stalled reader would stop every decision.
 * Lines that do not fit into the buffer are dropped, and counted in a line when there is room again.
 *
 * @param fd 1 for stdout, 2 for stderr.
 */
export function createLogger(fd: number): Logger {
  const stream = destination({ dest: fd, sync: false, minLength: 1, maxLength: MAX_WAITING_LENGTH })
  const log = pino(
    { base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    // JSON escapes only C0 controls. Every field passes here, whatever the source of its text.
    { write: (line) => void stream.write(printableJson(line)) },
  )
  // Unregisters the library's own flush at the exit, which waits for a stalled reader forever.
  stream.emit('close')
  let dropped = 0
  stream.on('drop', () => void dropped++)
  stream.on('drain', () => {
    if (dropped === 0) return
    const lines = dropped
    dropped = 0
    log.warn({ event: 'log', dropped: lines }, 'log lines were dropped: they were not read fast enough')
  })
  // The log has no reader any more; decisions continue.
  stream.on('error', () => undefined)
  return {
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    flush: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), FLUSH_WAIT_MS)
        stream.flush(() => {
          // The timer would keep the process alive for the rest of its time.
          clearTimeout(timer)
          resolve(true)
        })
      }),
  }
}
