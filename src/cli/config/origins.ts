/** Every effective setting with where it comes from: for `config show --origin`. */
import { toPointer } from '../../config/json-pointer.ts'
import type { LoadedConfig } from '../../config/load-config.ts'
import type { SettingOrigin } from '../../config/setting-origin.ts'
import { toConfigValue } from '../../config/to-config-value.ts'

export interface OriginRow {
  /** JSON pointer into what `config show` prints. */
  readonly pointer: string
  readonly value: unknown
  readonly origin: SettingOrigin
}

/** In the order of `config show`; lists of texts are one setting. Secrets are masked. */
export function listOrigins(config: LoadedConfig): readonly OriginRow[] {
  const value = toConfigValue(config.settings, { secrets: 'masked', defaults: 'shown' })
  return leavesOf(value, []).map(({ path, leaf }) => {
    const pointer = toPointer(path)
    return { pointer, value: leaf, origin: config.originOfSetting(pointer.slice(1)) }
  })
}

/** `warder.yaml:4:15`, `preset entra` or `default`. */
export function formatOrigin(origin: SettingOrigin): string {
  switch (origin.kind) {
    case 'file':
      return `${origin.position.file}:${origin.position.line}:${origin.position.column}`
    case 'preset':
      return `preset ${origin.preset}`
    case 'default':
      return 'default'
  }
}

type Leaf = { readonly path: readonly PropertyKey[]; readonly leaf: unknown }

function leavesOf(value: unknown, path: readonly PropertyKey[]): readonly Leaf[] {
  if (typeof value !== 'object' || value === null) return [{ path, leaf: value }]
  const isList = Array.isArray(value)
  const members = isList ? value : Object.values(value)
  if (isList && members.every((member) => typeof member !== 'object')) return [{ path, leaf: value }]
  // `match: {}` is a setting, too.
  if (members.length === 0) return [{ path, leaf: value }]
  const entries: readonly (readonly [PropertyKey, unknown])[] = isList
    ? value.map((member: unknown, i) => [i, member] as const)
    : Object.entries(value)
  return entries.flatMap(([key, member]) => leavesOf(member, [...path, key]))
}
