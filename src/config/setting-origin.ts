/** Where an effective setting comes from: a line of the file, a preset, or a default. */
import type { SourcePosition } from './diagnostic.ts'
import { fromPointer, toPointer, valueAt } from '../json-pointer.ts'
import type { SourceDocument } from './source-document.ts'

export type SettingOrigin =
  | { readonly kind: 'file'; readonly position: SourcePosition }
  | { readonly kind: 'preset'; readonly preset: string }
  | { readonly kind: 'default' }

const DEFAULT: SettingOrigin = { kind: 'default' }

/**
 * @param pointer Of the setting, in the file. A short form (`tenant: acme` for `tenant: { equals: acme }`) is the
 *   origin of all that it stands for.
 * @param presets What presets have filled in, pointer → name.
 */
export function findSettingOrigin(
  pointer: string,
  document: Pick<SourceDocument, 'value' | 'positionOf'>,
  presets: ReadonlyMap<string, string>,
): SettingOrigin {
  const segments = fromPointer(pointer)
  for (let length = segments.length; length > 0; length--) {
    const at = toPointer(segments.slice(0, length))
    const preset = presets.get(at)
    if (preset !== undefined) return { kind: 'preset', preset }
    const written = valueAt(document.value, at)
    if (written === undefined) continue
    const isWhole = length === segments.length || typeof written !== 'object' || Array.isArray(written)
    if (isWhole) return { kind: 'file', position: document.positionOf(at) }
    break
  }
  const tenantClaim = tenantClaimOf(segments, document.value, presets)
  return tenantClaim === undefined ? DEFAULT : findSettingOrigin(tenantClaim, document, presets)
}

/** The pointer of `tenant_claim`, if it is what made this rule in `claims`. */
function tenantClaimOf(
  [root, index, part, claim]: readonly string[],
  value: unknown,
  presets: ReadonlyMap<string, string>,
): string | undefined {
  if (root !== 'issuers' || index === undefined || part !== 'claims') return undefined
  const pointer = toPointer([root, index, 'tenant_claim'])
  return presets.has(pointer) || valueAt(value, pointer) === claim ? pointer : undefined
}
