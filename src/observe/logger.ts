/** The log: one JSON object per line. */
import { printableJson } from '../printable.ts'
import { createLineWriter } from './line-writer.ts'

/** What a line has, besides its level, its time and its message. Undefined values are left out. */
export type LogFields = Readonly<Record<string, unknown>>

/** Writes one line. False if it is lost, because the reader of the log is too slow. */
type Log = (fields: LogFields, message: string) => boolean

/** The logger of the rooms outside the core. */
export interface Logger {
  readonly info: Log
  readonly warn: Log
  readonly error: Log
  /**
   * Writes out the buffered lines; for the end of the process. False if the reader of the log did not accept them
   * within a second: the rest is lost then.
   */
  flush(): Promise<boolean>
  /** The same for a process that cannot wait any more. A reader that is behind loses the rest. */
  flushSync(): void
}

export interface RelayingLogger extends Logger {
  /**
   * Writes whole lines of another process of the service as they are.
   *
   * @returns Resolves when more of them are welcome; undefined: at once. Those that come sooner may be lost.
   */
  relay(lines: string): Promise<void> | undefined
}

/**
 * A logger on a file descriptor. It never waits for the reader of the log: a stalled reader would stop every decision.
 * Lines that do not fit into the buffer are dropped, and counted in a line when there is room again.
 *
 * It uses no library: docs/decisions/0003-log-without-a-library.md.
 *
 * @param fd 1 for stdout, 2 for stderr.
 */
export function createLogger(fd: number): RelayingLogger {
  const timeText = createTimeText()
  const lineOf = (level: string, fields: LogFields, message: string): string => {
    const members = JSON.stringify(fields).slice(1, -1)
    const comma = members === '' ? '' : ','
    const json = `{"level":"${level}","time":"${timeText(Date.now())}",${members}${comma}"msg":${JSON.stringify(message)}}\n`
    // JSON escapes only C0 controls. Every field passes here, whatever the source of its text.
    return printableJson(json)
  }
  const writer = createLineWriter(fd, (dropped) =>
    lineOf('warn', { event: 'log', dropped }, 'log lines were dropped: they were not read fast enough'),
  )
  const at =
    (level: string): Log =>
    (fields, message) =>
      writer.write(lineOf(level, fields, message))
  return {
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    relay(lines) {
      for (let at = 0; at < lines.length;) {
        const end = lines.indexOf('\n', at) + 1 || lines.length
        writer.write(lines.slice(at, end))
        at = end
      }
      return writer.room()
    },
    flush: () => writer.flush(),
    flushSync: () => writer.flushSync(),
  }
}

/** ISO 8601 in UTC. Lines come many in a millisecond, and the text costs as much as a third of a line. */
function createTimeText(): (nowMs: number) => string {
  let lastMs = Number.NaN
  let last = ''
  return (nowMs) => {
    if (nowMs === lastMs) return last
    lastMs = nowMs
    return (last = new Date(nowMs).toISOString())
  }
}
