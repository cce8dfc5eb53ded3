/** The settings of a configuration as rows of a table, and the filter of all such tables. */
import type { ConfigAnswer } from './api/config-answer.ts'

export interface SettingRow {
  /** JSON pointer: `/issuers/0/audience`. */
  readonly pointer: string
  /** As JSON. */
  readonly value: string
  /** `warder.yaml:4:15`, `preset entra` or `default`. */
  readonly from: string
}

export const listSettings = ({ origins }: ConfigAnswer): readonly SettingRow[] =>
  origins.map(({ pointer, value, origin }) => ({
    pointer,
    value: JSON.stringify(value),
    from: placeOf(origin),
  }))

function placeOf(origin: ConfigAnswer['origins'][number]['origin']): string {
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
