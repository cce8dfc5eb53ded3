/** A row of the table: one number, its budget, and how it came about. */
import { isMissing, type Missing } from './contenders.ts'
import type { Median } from './rounds.ts'

export interface Row {
  readonly what: string
  /** The number that is compared with the budget; NaN if it could not be measured. */
  readonly measured: number
  /** `ratio`: printed as `1.23 ×`. */
  readonly unit: 'ratio' | 'MiB' | 'ms'
  /** Absent: the row has no budget. */
  readonly budget?: Budget
  /** For a chart: the program that Warder is compared with. */
  readonly peer?: { readonly chart: PeerChart; readonly name: string }
  /** The same ratio of the p10s instead of the medians. */
  readonly p10?: number
  /** How much higher than their p10 the medians are, of the noisier one of the two. */
  readonly noise?: number
  /** How the number was computed: `12.3 µs against 10.1 µs CPU`. */
  readonly detail: string
}

/** The charts in which Warder stands beside its peers. */
export type PeerChart = 'decision' | 'guards-rs256' | 'guards-es256' | 'gateway'

export type Budget = { readonly atMost: number } | { readonly atLeast: number }

/** `hit`, `MISS`, `MISSING` if there is no number; empty without a budget. */
export type Verdict = 'hit' | 'MISS' | 'MISSING' | ''

/** The row of something that could not be measured here. */
export const missingRow = (what: string, { missing }: Missing, atMost?: number): Row => ({
  what,
  measured: Number.NaN,
  unit: 'ratio',
  ...budgetOf(atMost),
  detail: missing,
})

/**
 * The CPU time of ours divided by that of theirs.
 *
 * @param atMost The budget, if there is one.
 */
export function cpuRow(what: string, ours: Median | Missing, theirs: Median | Missing, atMost?: number): Row {
  if (isMissing(ours)) return missingRow(what, ours, atMost)
  if (isMissing(theirs)) return missingRow(what, theirs, atMost)
  return {
    what,
    measured: ours.cpuNs / theirs.cpuNs,
    unit: 'ratio',
    ...budgetOf(atMost),
    p10: ours.cpuP10Ns / theirs.cpuP10Ns,
    noise: Math.max(noiseOf(ours), noiseOf(theirs)),
    detail: `${formatCost(ours)} against ${formatCost(theirs)}; p10: ${(ours.cpuP10Ns / theirs.cpuP10Ns).toFixed(2)} ×`,
  }
}

const noiseOf = ({ cpuNs, cpuP10Ns }: Median): number => cpuNs / cpuP10Ns - 1

/** The same row, which is also a bar of a chart. */
export const withPeer = (row: Row, chart: PeerChart, name: string): Row => ({ ...row, peer: { chart, name } })

const budgetOf = (atMost: number | undefined): Pick<Row, 'budget'> =>
  atMost === undefined ? {} : { budget: { atMost } }

/** Microseconds of CPU, the p10 of its windows, and microseconds of wall time. */
const formatCost = ({ cpuNs, cpuP10Ns, wallNs }: Median): string =>
  `${(cpuNs / 1000).toFixed(1)} µs CPU (p10 ${(cpuP10Ns / 1000).toFixed(1)}, wall ${(wallNs / 1000).toFixed(1)})`

export function formatVerdict({ measured, budget }: Row): Verdict {
  if (Number.isNaN(measured)) return 'MISSING'
  if (budget === undefined) return ''
  const isKept = 'atMost' in budget ? measured <= budget.atMost : measured >= budget.atLeast
  return isKept ? 'hit' : 'MISS'
}

const UNITS: Readonly<Record<Row['unit'], string>> = { ratio: '×', MiB: 'MiB', ms: 'ms' }

const formatNumber = (value: number, unit: Row['unit']): string =>
  `${value.toFixed(unit === 'ratio' ? 2 : value < 10 ? 1 : 0)} ${UNITS[unit]}`

export const formatMeasured = ({ measured, unit }: Row): string =>
  Number.isNaN(measured) ? '–' : formatNumber(measured, unit)

export function formatBudget({ budget, unit }: Row): string {
  if (budget === undefined) return ''
  return 'atMost' in budget
    ? `≤ ${formatNumber(budget.atMost, unit)}`
    : `≥ ${formatNumber(budget.atLeast, unit)}`
}
