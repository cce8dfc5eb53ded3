/** What was thrown where nobody catches it: a bug of ours. */
import type { Logger } from '../observe/logger.ts'
import { redact } from '../observe/redact.ts'

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
    logger.error({ event: 'bug', stack: redact(text, MAX_STACK_LENGTH) }, 'a bug of Warder: please report it')
  }
  source.on('uncaughtException', onThrown)
  source.on('unhandledRejection', onThrown)
  return () => {
    source.off('uncaughtException', onThrown)
    source.off('unhandledRejection', onThrown)
  }
}
