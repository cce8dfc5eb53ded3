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
