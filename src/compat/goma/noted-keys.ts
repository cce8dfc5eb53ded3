/** Keys of Goma that Warder knows by name and does not support: refused, or reported as without effect. */
import type { Problem } from '../../settings/problem.ts'
import { toPointer } from '../../json-pointer.ts'
import { anything } from '../../settings/kinds/schema-leaf.ts'
import type { LocatedProblem } from '../../settings/problem.ts'
import { isNo } from './leaf.ts'

/**
 * What becomes of a key that is set. `refused`: without it requests would be judged or sent differently, so the
 * configuration is not used. `no_effect`: logs and the like, a warning.
 */
export interface KeyNote {
  readonly kind: 'refused' | 'no_effect'
  /** What to do instead. */
  readonly hint: string
}

export type KeyNotes<Key extends string = string> = Readonly<Record<Key, KeyNote>>

export const refused = (hint: string): KeyNote => ({ kind: 'refused', hint })
export const noEffect = (hint: string): KeyNote => ({ kind: 'no_effect', hint })

/** Lets the schema pass over keys that {@link checkKeys} looks at. */
export const notedKeys = <Key extends string>(
  notes: KeyNotes<Key>,
): Readonly<Record<Key, ReturnType<typeof anything>>> =>
  Object.fromEntries(Object.keys(notes).map((key) => [key, anything()])) as Record<
    Key,
    ReturnType<typeof anything>
  >

/** Reports keys that ask for something. A key that is off, such as `false` or `0`, asks for nothing. */
export function checkKeys(
  map: Readonly<Record<string, unknown>>,
  path: readonly PropertyKey[],
  notes: KeyNotes,
): readonly LocatedProblem[] {
  return Object.entries(notes).flatMap(([key, { kind, hint }]) => {
    if (!Object.hasOwn(map, key) || isOff(map[key])) return []
    const problem: Problem =
      kind === 'refused'
        ? unsupported(`\`${key}\` is not supported`, hint)
        : { code: 'WARN_COMPAT_NO_EFFECT', message: `\`${key}\` has no effect`, hints: [hint] }
    return [{ pointer: toPointer([...path, key]), problem, atKey: true }]
  })
}

/** Something that Goma has and Warder does not. */
export const unsupported = (message: string, ...hints: readonly string[]): Problem => ({
  code: 'ERR_COMPAT_UNSUPPORTED',
  message,
  hints,
})

/** Whether a key is written that asks for nothing. */
export function isOff(value: unknown): boolean {
  if (value === undefined || value === null || value === 0 || value === '' || isNo(value)) return true
  if (typeof value !== 'object') return false
  return ('enabled' in value && isNo(value.enabled)) || Object.values(value).every(isOff)
}
