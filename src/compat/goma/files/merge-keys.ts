/** `<<: *base` of YAML 1.1, which Goma's reader knows, and the `x-…` keys that such a base is written in. */
import type { SourceDocument } from '../../../config/source-document.ts'

/** The document with its merge keys replaced by what they stand for, at every depth, and without `x-…` at the top. */
export function withMergeKeys(document: SourceDocument): SourceDocument {
  const kept = Object.entries(document.value).filter(([key]) => !key.startsWith('x-'))
  const value = merged(Object.fromEntries(kept)) as SourceDocument['value']
  return { ...document, value }
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

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
