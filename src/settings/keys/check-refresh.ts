/** Settings about when keys are loaded and kept that contradict each other. */
import type { Problem } from '../problem.ts'
import type { KeySourceConfig } from './definition.ts'

/** Bounds that contradict each other, and a file for what is not kept. */
export function checkRefresh(
  keys: KeySourceConfig | undefined,
  add: (at: string, problem: Problem, atKey?: boolean) => void,
): void {
  const { refresh, min_refresh: least, max_refresh: most } = keys ?? {}
  const tooLong = (at: string, a: string, b: string): void =>
    add(`/keys/${at}`, { code: 'ERR_CONFIG_RANGE', message: `\`${a}\` is longer than \`${b}\`` })
  if (least !== undefined && most !== undefined && least > most)
    tooLong('min_refresh', 'min_refresh', 'max_refresh')
  else if (least !== undefined && refresh !== undefined && least > refresh)
    tooLong('refresh', 'min_refresh', 'refresh')
  else if (most !== undefined && refresh !== undefined && refresh > most)
    tooLong('refresh', 'refresh', 'max_refresh')
  if (keys?.snapshot_file !== undefined && keys.startup !== 'snapshot') {
    const message = '`snapshot_file` has no effect without `startup: snapshot`'
    add('/keys/snapshot_file', { code: 'ERR_CONFIG_USELESS_KEY', message }, true)
  }
}

/** What is wrong with `startup: snapshot` when there is no place for the snapshot; else undefined. */
export function checkSnapshotPlace(
  keys: KeySourceConfig | undefined,
  stateDir: string | undefined,
): Problem | undefined {
  if (keys?.startup !== 'snapshot' || stateDir !== undefined || keys.snapshot_file !== undefined)
    return undefined
  return {
    code: 'ERR_CONFIG_MISSING_KEY',
    message: '`startup: snapshot` needs a place to keep the keys',
    hints: ['set `state_dir` at the top level, or `snapshot_file` here'],
  }
}
