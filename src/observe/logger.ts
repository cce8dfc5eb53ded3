/** The log: one JSON object a line. The only place that knows the logging library. */
import { destination, pino, stdTimeFunctions } from 'pino'

/** What the rooms outside the core log with. */
export interface Logger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
  /** Writes out what is buffered; for the end of the process. */
  flush(): void
}

/**
 * A logger on a file descriptor.
 *
 * @param fd 1 for stdout, 2 for stderr.
 */
export function createLogger(fd: number): Logger {
  const stream = destination({ dest: fd, sync: true })
  const log = pino(
    { base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    stream,
  )
  return {
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    flush: () => stream.flushSync(),
  }
}
