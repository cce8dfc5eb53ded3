/** Warder's log: one line for each event, in the style that the operator chose. */
import { jsonLine } from './formats/json-line.ts'
import type { LineLevel, LogFields } from './formats/line.ts'
import { lineFormatter, type LineStyle } from './formats/line-style.ts'
import { createLineWriter } from './line-writer.ts'

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
  /** Lines that were lost so far, because the reader of the log is too slow. Absent: none can be lost. */
  lostLines?(): number
}

export interface StyledLogger extends Logger {
  /** Changes how the following lines look, and writes those that were held until the first style was known. */
  setStyle(style: LineStyle): void
  /**
   * Writes whole lines of another process of the service as they are.
   *
   * @returns Resolves when more of them are welcome; undefined: at once. Those that come sooner may be lost.
   */
  relay(lines: string): Promise<void> | undefined
}

interface HeldLine {
  readonly level: LineLevel
  readonly time: string
  readonly fields: LogFields
  readonly message: string
}

/** Most lines that wait for the first style: while the configuration is read, there are a few about keys. */
const MAX_HELD_LINES = 1_000

/**
 * A logger on a file descriptor. It never waits for the reader of the log: a stalled reader would stop every decision.
 * Lines that do not fit into the buffer are dropped, and counted in a line when there is room again.
 *
 * It uses no library: docs/decisions/0003-log-without-a-library.md.
 *
 * @param fd 1 for stdout, 2 for stderr.
 * @param style `from the configuration`: lines are held until `setStyle`; without it, they are JSON in the end.
 *   Default: JSON.
 */
export function createLogger(fd: number, style: 'json' | 'from the configuration' = 'json'): StyledLogger {
  const timeText = createTimeText()
  let format = jsonLine
  let held: HeldLine[] | undefined = style === 'json' ? undefined : []
  const writer = createLineWriter(fd, (dropped) =>
    format(
      'warn',
      timeText(Date.now()),
      { event: 'log', dropped },
      'log lines were dropped: they were not read fast enough',
    ),
  )
  const release = (): void => {
    const lines = held ?? []
    held = undefined
    for (const { level, time, fields, message } of lines) writer.write(format(level, time, fields, message))
  }
  const at =
    (level: LineLevel): Log =>
    (fields, message) => {
      const time = timeText(Date.now())
      if (held === undefined) return writer.write(format(level, time, fields, message))
      held.push({ level, time, fields, message })
      if (held.length >= MAX_HELD_LINES) release()
      return true
    }
  return {
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    setStyle(next) {
      format = lineFormatter(next)
      release()
    },
    relay(lines) {
      for (let at = 0; at < lines.length;) {
        const end = lines.indexOf('\n', at) + 1 || lines.length
        writer.write(lines.slice(at, end))
        at = end
      }
      return writer.room()
    },
    lostLines: () => writer.lost(),
    flush() {
      release()
      return writer.flush()
    },
    flushSync() {
      release()
      writer.flushSync()
    },
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
