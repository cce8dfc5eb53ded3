/** The end of the process, as the operator asks for it. */
import type { Logger } from '../observe/logger.ts'

/** Resolves at the first SIGTERM or SIGINT. A second one, of either kind, ends the process at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isStopping = false
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (isStopping) process.exit(0)
        isStopping = true
        resolve(signal)
      })
    }
  })
}

/** Lines that wait are written wherever the process ends: also at a second signal, or an exception at the start. */
export function writeLogAtExit(logger: Logger): void {
  process.on('exit', () => logger.flushSync())
}

/** Writes out the log. If nobody reads it, the process ends at once: the write under way would keep it for ever. */
export async function endLog(logger: Logger): Promise<void> {
  if (!(await logger.flush())) process.exit(0)
}
