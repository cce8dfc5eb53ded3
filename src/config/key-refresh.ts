/** The settings of when keys are loaded and kept: checked, filled in, and written back. */
import { resolve } from 'node:path'
import type { RemoteKeySettings } from '../settings/keys/definition.ts'
import type { Problem } from '../settings/problem.ts'
import { formatDuration } from '../settings/values/duration.ts'
import type { KeySourceConfig } from './key-parts.ts'
import { DEFAULT_REMOTE_KEYS } from './setting-defaults.ts'

type RefreshSettings = Pick<
  RemoteKeySettings,
  'refreshMs' | 'minRefreshMs' | 'maxRefreshMs' | 'maxStaleMs' | 'startup' | 'snapshot' | 'pin'
>

/** What the names of snapshots are made of. */
export interface SnapshotContext {
  /** The exact `iss`. */
  readonly issuer: string
  /** The issuer's name, unique in a configuration and safe in a file name. */
  readonly name: string
  /** Absolute directory that paths are relative to. */
  readonly directory: string
  /** `state_dir`, as written. */
  readonly stateDir: string | undefined
}

/** A bound that is not written makes room for `refresh`, and `refresh` keeps within bounds that are. */
export function toRefreshSettings(keys: KeySourceConfig, context: SnapshotContext): RefreshSettings {
  const usual = DEFAULT_REMOTE_KEYS
  const least = keys.min_refresh ?? 0
  const most = keys.max_refresh ?? Number.POSITIVE_INFINITY
  const refreshMs = keys.refresh ?? Math.min(Math.max(usual.refreshMs, least), most)
  const startup = keys.startup ?? usual.startup
  return {
    refreshMs,
    minRefreshMs: keys.min_refresh ?? Math.min(usual.minRefreshMs, refreshMs),
    maxRefreshMs: keys.max_refresh ?? Math.max(usual.maxRefreshMs, refreshMs),
    maxStaleMs: keys.max_stale ?? usual.maxStaleMs,
    startup,
    ...(startup === 'snapshot' ? { snapshot: toSnapshot(keys.snapshot_file, context) } : {}),
    ...(keys.pin === undefined ? {} : { pin: [...new Set(keys.pin)] }),
  }
}

const toSnapshot = (
  file: string | undefined,
  { issuer, name, directory, stateDir }: SnapshotContext,
): NonNullable<RemoteKeySettings['snapshot']> => ({
  issuer,
  file: resolve(directory, file ?? `${stateDir ?? '.'}/${name}.keys.json`),
})

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

/** The settings as they are written in a file; `unless` leaves out what is the default. */
export function fromRefreshSettings(
  keys: RemoteKeySettings,
  unless: <T>(value: T, usual: T) => T | undefined,
  escape: (text: string) => string,
): Readonly<Record<string, unknown>> {
  const duration = (value: number, usual: number): string | undefined => {
    const shown = unless(value, usual)
    return shown === undefined ? undefined : formatDuration(shown)
  }
  const usual = DEFAULT_REMOTE_KEYS
  return {
    refresh: duration(keys.refreshMs, usual.refreshMs),
    min_refresh: duration(keys.minRefreshMs, usual.minRefreshMs),
    max_refresh: duration(keys.maxRefreshMs, usual.maxRefreshMs),
    max_stale: duration(keys.maxStaleMs, usual.maxStaleMs),
    startup: unless(keys.startup, usual.startup),
    // Always by its file: `state_dir` is only where the file is when none is named.
    snapshot_file: keys.snapshot === undefined ? undefined : escape(keys.snapshot.file),
    pin: keys.pin,
  }
}
