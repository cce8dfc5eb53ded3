/** Columns of text. */
import { printable } from '../printable.ts'

/** One line per row; every column is as wide as its widest cell, and two spaces apart from the next. */
export function formatTable(rows: readonly (readonly string[])[]): readonly string[] {
  const safe = rows.map((row) => row.map(printable))
  const widths = (safe[0] ?? []).map((_, column) => Math.max(...safe.map((row) => row[column]?.length ?? 0)))
  return safe.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
