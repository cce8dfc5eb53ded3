/** Every setting in force, with its value and where it comes from. */
import { toPointer } from '../json-pointer.ts'
import { writeSettings } from '../settings/definition.ts'
import type { LoadedConfig } from './load-config.ts'
import type { SettingOrigin } from './setting-origin.ts'

export interface OriginRow {
  /** JSON pointer into what `config show` prints. */
  readonly pointer: string
  readonly value: unknown
  readonly origin: SettingOrigin
}

/** Those of 10,000 routes take a second to find. */
export const MAX_ROUTES_WITH_ORIGINS = 500

/** By the path of each setting: `routes/0/match/path`. */
export type Origins = ReadonlyMap<string, SettingOrigin>

/** For a process that does not have the text of the configuration. Empty above {@link MAX_ROUTES_WITH_ORIGINS}. */
export const originsOf = (config: LoadedConfig): Origins =>
  config.settings.routes.length > MAX_ROUTES_WITH_ORIGINS
    ? new Map()
    : new Map(listOrigins(config).map(({ pointer, origin }) => [pointer.slice(1), origin]))

/** In the order of `config show`; lists of texts are one setting. Secrets are masked. */
export function listOrigins(config: LoadedConfig): readonly OriginRow[] {
  const value = writeSettings(config.settings, { secrets: 'masked', defaults: 'shown' })
  return leavesOf(value, []).map(({ path, leaf }) => {
    const pointer = toPointer(path)
    return { pointer, value: leaf, origin: config.originOfSetting(pointer.slice(1)) }
  })
}

/** As `--json` and the admin API have it. */
export const originToJson = (origin: SettingOrigin): Record<string, unknown> =>
  origin.kind === 'file' ? { kind: 'file', ...origin.position } : { ...origin }

type Leaf = { readonly path: readonly PropertyKey[]; readonly leaf: unknown }

function leavesOf(value: unknown, path: readonly PropertyKey[]): readonly Leaf[] {
  if (typeof value !== 'object' || value === null) return [{ path, leaf: value }]
  const members: readonly (readonly [string, unknown])[] = Object.entries(value)
  const isPlainList = Array.isArray(value) && value.every((member) => typeof member !== 'object')
  // `match: {}` is a setting, too.
  if (isPlainList || members.length === 0) return [{ path, leaf: value }]
  return members.flatMap(([key, member]) => leavesOf(member, [...path, key]))
}
