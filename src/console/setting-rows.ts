/** The settings of a configuration as rows of a table. */

export interface SettingRow {
  /** JSON pointer: `/issuers/0/audience`. */
  readonly pointer: string
  /** As JSON. */
  readonly value: string
}

/** One row for each value, in their order; a list of plain values is one. */
export function listSettings(value: unknown, pointer = ''): readonly SettingRow[] {
  if (typeof value !== 'object' || value === null) return [{ pointer, value: JSON.stringify(value) }]
  const members: readonly (readonly [string, unknown])[] = Object.entries(value)
  const isPlainList = Array.isArray(value) && value.every((member) => typeof member !== 'object')
  if (isPlainList || members.length === 0) return [{ pointer, value: JSON.stringify(value) }]
  return members.flatMap(([name, member]) => listSettings(member, `${pointer}/${escapeName(name)}`))
}

/** RFC 6901 §3. */
const escapeName = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** Those with all words of the text, in any letter case. */
export function filterRows<T>(rows: readonly T[], text: string, textOf: (row: T) => string): readonly T[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return rows
  return rows.filter((row) => {
    const all = textOf(row).toLowerCase()
    return words.every((word) => all.includes(word))
  })
}
