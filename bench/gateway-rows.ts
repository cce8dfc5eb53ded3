/** The rows that the gateway suites print: one for each contender, with its own numbers. */
import { FILES, type FileName } from './apps.ts'
import type { LoadSample } from './load.ts'
import type { Median, Sample } from './rounds.ts'
import { cpuRow, missingRow, type PeerChart, type Row, withPeer } from './row.ts'
import type { TransferSample } from './transfer.ts'

/** The contender that the others are compared with. */
export const GATEWAY = 'gateway, warm token'

/** The same process on a public route. */
export const PUBLIC_ROUTE = 'gateway, public route'

const MIB = 1_048_576

export interface RowOptions {
  /** For the gateway against some of the others. */
  readonly budgets?: Readonly<Record<string, number>>
  /** Where the rows are bars. */
  readonly chart?: PeerChart
}

/**
 * @param medians By contender; {@link GATEWAY} is among them.
 * @returns The gateway's CPU time divided by theirs: below 1 the gateway is cheaper.
 */
export function toRows<S extends Sample>(
  what: string,
  medians: Readonly<Record<string, Median<S>>>,
  describe: (median: Median<S>) => string,
  { budgets = {}, chart }: RowOptions = {},
): readonly Row[] {
  const gateway = medians[GATEWAY]
  if (gateway === undefined) throw new Error(`${what}: the gateway was not measured`)
  return Object.entries(medians).map(([name, theirs]): Row => {
    if (name === GATEWAY)
      return { what: `${what} / itself`, measured: 1, unit: 'ratio', detail: describe(theirs) }
    const row = { ...cpuRow(`${what} / ${name}`, gateway, theirs, budgets[name]), detail: describe(theirs) }
    return chart === undefined ? row : withPeer(row, chart, name)
  })
}

/** For contenders that could not be installed. */
export const toMissingRows = (
  what: string,
  names: readonly string[],
  { budgets = {}, chart }: RowOptions = {},
): readonly Row[] =>
  names.map((name) => {
    const row = missingRow(`${what} / ${name}`, { missing: 'not installed' }, budgets[name])
    return chart === undefined ? row : withPeer(row, chart, name)
  })

/** For requests of one file. */
export const describeLoad =
  (file: FileName) =>
  (median: Median<LoadSample>): string => {
    const perSecond = 1e9 / median.wallNs
    const { p50Ms, p99Ms, peakMiB } = median
    return [
      `${(median.cpuNs / 1000).toFixed(1)} µs CPU ${p10Text(median)}`,
      `${perSecond.toFixed(0)}/s`,
      `${((perSecond * FILES[file]) / MIB).toFixed(0)} MiB/s`,
      `p50 ${p50Ms.toFixed(2)} ms`,
      `p99 ${p99Ms.toFixed(2)} ms`,
      `peak ${peakMiB.toFixed(0)} MiB`,
    ].join(', ')
  }

/** For one gibibyte. */
export const describeTransfer = (median: Median<TransferSample>): string =>
  [
    `${(median.cpuNs / 1e9).toFixed(2)} s CPU ${p10Text(median)}`,
    `${(median.wallNs / 1e9).toFixed(2)} s wall`,
    `peak ${median.peakMiB.toFixed(0)} MiB`,
  ].join(', ')

const p10Text = ({ cpuNs, cpuP10Ns }: Median): string =>
  `(p10 ${((cpuP10Ns / cpuNs - 1) * 100).toFixed(0)} %)`
