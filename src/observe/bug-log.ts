/** What was thrown where nobody catches it: a bug of ours. */
import type { Logger } from './logger.ts'
import { redact } from './redact.ts'

/** Most of a stack that is logged, in characters. */
const MAX_STACK_LENGTH = 4_000

/**
 * Logs it, and the process goes on: what it was doing for one request ends without an answer, and so without an
 * allow, at its deadline. To end the process would let one client end it for all.
 *
 * @returns Stops listening; then what is thrown ends the process, as it does by default.
 */
export function logBugs(logger: Logger, source: Pick<NodeJS.Process, 'on' | 'off'> = process): () => void {
  const onThrown = (thrown: unknown): void => {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
    // Line by line: the message may hold anything, and a stack is read by its lines.
    const lines = text.slice(0, MAX_STACK_LENGTH).split('\n')
    const stack = lines.map((line) => redact(line, MAX_STACK_LENGTH)).join('\n')
    logger.error({ event: 'bug', stack }, 'a bug in Warder: please report it')
  }
  source.on('uncaughtException', onThrown)
  source.on('unhandledRejection', onThrown)
  return () => {
    source.off('uncaughtException', onThrown)
    source.off('unhandledRejection', onThrown)
  }
}
