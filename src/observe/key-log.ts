/** Events of keys, in the log. */
import type { KeyEvent } from '../keys/key-deps.ts'
import type { Logger } from './logger.ts'

/** A refresh without changes is not logged. */
const LINES: Readonly<
  Record<Exclude<KeyEvent['type'], 'refreshed'>, readonly [level: 'info' | 'warn', message: string]>
> = {
  refresh_failed: ['warn', 'keys could not be loaded'],
  keys_changed: ['info', 'keys have changed'],
  keys_refused: ['warn', 'an issuer publishes keys that must not be trusted'],
  snapshot_used: ['warn', 'keys of a previous run are used'],
  snapshot_ignored: ['warn', 'a snapshot is not used'],
  snapshot_failed: ['warn', 'a snapshot could not be written'],
}

/** Logs what happens to keys: failed loads, changed keys and snapshots. */
export function createKeyLog(logger: Logger): (event: KeyEvent) => void {
  return ({ type, ...fields }) => {
    if (type === 'refreshed') return
    const [level, message] = LINES[type]
    logger[level]({ event: 'keys', ...fields }, message)
  }
}
