/** The one table that a benchmark run prints. */
import { formatBudget, formatMeasured, formatVerdict, type Row } from './row.ts'

export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    formatMeasured(row),
    formatBudget(row),
    formatVerdict(row),
    row.detail,
  ])
  const table = [['what', 'measured', 'budget', 'verdict', 'of'], ...cells]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((line) => (line[column] ?? '').length)))
  return table
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
