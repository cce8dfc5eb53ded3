/** What happens to keys, in the log. */
import type { KeyEvent } from '../keys/key-deps.ts'
import type { Logger } from '../observe/logger.ts'

/** A refresh that changed nothing is not worth a line; a failed one and a changed key are. */
export function createKeyLog(logger: Logger): (event: KeyEvent) => void {
  return (event) => {
    const { type, ...fields } = event
    if (type === 'refresh_failed') logger.warn({ event: 'keys', ...fields }, 'keys could not be loaded')
    else if (type === 'keys_changed') logger.info({ event: 'keys', ...fields }, 'keys have changed')
  }
}
