/** The one table that a benchmark run prints. */

export interface Row {
  readonly what: string
  /** The number that is compared with the budget. */
  readonly measured: number
  /** `ratio`: printed as `1.23 ×`. */
  readonly unit: 'ratio' | 'MiB' | 'ms'
  /** Absent: the row has no budget. */
  readonly budget?: { readonly atMost: number } | { readonly atLeast: number }
  /** How the number was computed: `12.3 µs against 10.1 µs CPU`. */
  readonly detail: string
}

/** Microseconds of CPU and of wall time, for a detail. */
export const formatCost = ({ cpuNs, wallNs }: { readonly cpuNs: number; readonly wallNs: number }): string =>
  `${(cpuNs / 1000).toFixed(1)} µs CPU (${(wallNs / 1000).toFixed(1)} µs wall)`

/** True if the row keeps its budget, or has none. */
export function keepsBudget({ measured, budget }: Row): boolean {
  if (budget === undefined) return true
  return 'atMost' in budget ? measured <= budget.atMost : measured >= budget.atLeast
}

export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    formatValue(row),
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

const UNITS: Readonly<Record<Row['unit'], string>> = { ratio: '×', MiB: 'MiB', ms: 'ms' }

const formatNumber = (value: number, unit: Row['unit']): string =>
  `${value.toFixed(unit === 'ratio' ? 2 : 0)} ${UNITS[unit]}`

const formatValue = ({ measured, unit }: Row): string => formatNumber(measured, unit)

function formatBudget({ budget, unit }: Row): string {
  if (budget === undefined) return ''
  return 'atMost' in budget
    ? `≤ ${formatNumber(budget.atMost, unit)}`
    : `≥ ${formatNumber(budget.atLeast, unit)}`
}

function formatVerdict(row: Row): string {
  if (row.budget === undefined) return ''
  return keepsBudget(row) ? 'ok' : 'MISS'
}
