/** Events of keys, in the log. */
import type { KeyEvent } from '../keys/key-deps.ts'
import type { Logger } from './logger.ts'

/** A refresh without changes is not logged; a failed one, a changed key and a snapshot are. */
export function createKeyLog(logger: Logger): (event: KeyEvent) => void {
  return (event) => {
    const { type, ...fields } = event
    if (type === 'refresh_failed') logger.warn({ event: 'keys', ...fields }, 'keys could not be loaded')
    else if (type === 'keys_changed') logger.info({ event: 'keys', ...fields }, 'keys have changed')
    else if (type === 'keys_refused')
      logger.warn({ event: 'keys', ...fields }, 'an issuer publishes keys that must not be trusted')
    else if (type === 'snapshot_used')
      logger.warn({ event: 'keys', ...fields }, 'keys of a previous run are used')
    else if (type === 'snapshot_ignored') logger.warn({ event: 'keys', ...fields }, 'a snapshot is not used')
    else if (type === 'snapshot_failed')
      logger.warn({ event: 'keys', ...fields }, 'a snapshot could not be written')
  }
}
