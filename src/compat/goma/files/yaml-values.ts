/** What Goma's reader does with YAML: `<<: *base`, `x-…` keys that hold such a base, and keys without a value. */
import { toPointer } from '../../../json-pointer.ts'
import { withValue, type SourceDocument } from '../../../config/source-document.ts'
import type { Report } from '../../read-foreign.ts'
import { withoutEffect } from '../noted-keys.ts'

/** The document with its merge keys replaced by what they stand for, at every depth, and without `x-…` at the top. */
export function withMergeKeys(document: SourceDocument): SourceDocument {
  const kept = Object.entries(document.value).filter(([key]) => !key.startsWith('x-'))
  const value = merged(Object.fromEntries(kept)) as SourceDocument['value']
  return withValue(document, value)
}

function merged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(merged)
  if (!isMap(value)) return value
  const own = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, merged(member)]))
  const { [MERGE]: written, ...explicit } = own
  const bases = Array.isArray(written) ? written : [written]
  // A value that is not a map stays where it is: an unknown key.
  if (!Object.hasOwn(own, MERGE) || !bases.every(isMap)) return own
  // Keys of the map itself win, then those of the first base.
  return Object.assign({}, ...bases.toReversed(), explicit) as unknown
}

const MERGE = '<<'

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value without the keys that have none, at every depth, as Goma's reader passes over them. Items of lists stay. */
export function withoutNulls<T>(value: T): T
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutNulls(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]: readonly [string, unknown]) =>
      member === null ? [] : [[key, withoutNulls(member)]],
    ),
  )
}

/** A list whose guards are all commented out leaves a route that nothing guards, which is worth a warning. */
export function reportEmptyGuards(value: unknown, path: readonly PropertyKey[], report: Report): void {
  if (value === null && path.at(-1) === 'middlewares') report(toPointer(path), NO_VALUE, 'at key')
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) reportEmptyGuards(member, [...path, key], report)
}

const NO_VALUE = withoutEffect(
  '`middlewares` has no value, so nothing is guarded here',
  'name middlewares in it, or remove it',
)
