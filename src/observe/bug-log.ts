/** Logs uncaught exceptions: bugs in Warder. */
import type { Logger } from './logger.ts'
import { redact } from './redact.ts'

/** Most of a stack that is logged, in characters. */
const MAX_STACK_LENGTH = 4_000

/**
 * Logs an exception, and the process continues: the affected request ends at its deadline without an answer, and so
 * without an allow. If the process ended, one client could stop it for all.
 *
 * @returns Stops listening; an exception then ends the process, as by default.
 */
export function logBugs(logger: Logger, source: Pick<NodeJS.Process, 'on' | 'off'> = process): () => void {
  const onThrown = (thrown: unknown): void => {
    logger.error({ event: 'bug', stack: stackText(thrown) }, 'a bug in Warder: please report it')
  }
  source.on('uncaughtException', onThrown)
  source.on('unhandledRejection', onThrown)
  return () => {
    source.off('uncaughtException', onThrown)
    source.off('unhandledRejection', onThrown)
  }
}

/** The stack of what was thrown, for a line of the log. */
export function stackText(thrown: unknown): string {
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  // Line by line: the message may contain anything, and people read a stack by its lines.
  const lines = text.slice(0, MAX_STACK_LENGTH).split('\n')
  return lines.map((line) => redact(line, MAX_STACK_LENGTH)).join('\n')
}
