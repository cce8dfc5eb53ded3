/** The last lines of the log, and the end of a process that cannot get rid of them. */
import type { Logger } from '../observe/logger.ts'

/** Writes out the log. Where nobody reads it, the process ends at once: the write under way would keep it for ever. */
export async function endLog(logger: Logger): Promise<void> {
  if (!(await logger.flush())) process.exit(0)
}
