/** The settings of a configuration as rows of a table, and the filter of all such tables. */
import type { ConfigAnswer, ShownOrigin } from './api/config-answer.ts'

export interface SettingRow {
  /** JSON pointer: `/issuers/0/audience`. */
  readonly pointer: string
  /** As JSON. */
  readonly value: string
  /** `warder.yaml:4:15`, `preset entra` or `default`. */
  readonly from: string
}

/** @param answer Without origins, `from` is empty. */
export const listSettings = (answer: ConfigAnswer): readonly SettingRow[] =>
  answer.origins === undefined
    ? listLeaves(answer.config, '')
    : answer.origins.map(({ pointer, value, origin }) => ({
        pointer,
        value: JSON.stringify(value),
        from: placeOf(origin),
      }))

/** As with origins: a list of plain values is one setting. */
function listLeaves(value: unknown, pointer: string): readonly SettingRow[] {
  const leaf = [{ pointer, value: JSON.stringify(value), from: '' }]
  if (typeof value !== 'object' || value === null) return leaf
  const members: readonly (readonly [string, unknown])[] = Object.entries(value)
  const isPlainList = Array.isArray(value) && value.every((member) => typeof member !== 'object')
  if (isPlainList || members.length === 0) return leaf
  return members.flatMap(([name, member]) => listLeaves(member, `${pointer}/${escapeName(name)}`))
}

/** RFC 6901 §3. */
const escapeName = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

function placeOf(origin: ShownOrigin): string {
  if (origin.kind === 'file') return `${origin.file}:${origin.line}:${origin.column}`
  return origin.kind === 'preset' ? `preset ${origin.preset}` : 'default'
}

/** Those with all words of the text, in any letter case. */
export function filterRows<T>(rows: readonly T[], text: string, textOf: (row: T) => string): readonly T[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return rows
  return rows.filter((row) => {
    const all = textOf(row).toLowerCase()
    return words.every((word) => all.includes(word))
  })
}
