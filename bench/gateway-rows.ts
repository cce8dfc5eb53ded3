/** The rows that the gateway suites print: one for each contender, with its own numbers. */
import { FILES, type FileName } from './apps.ts'
import type { LoadSample } from './load.ts'
import type { Median, Sample } from './rounds.ts'
import type { Row } from './row.ts'
import type { TransferSample } from './transfer.ts'

/** The contender that the others are compared with. */
export const GATEWAY = 'gateway, warm token'

/** The same process on a public route. */
export const PUBLIC_ROUTE = 'gateway, public route'

const MIB = 1_048_576

/**
 * @param medians By contender; {@link GATEWAY} is among them.
 * @param budgets For the gateway against some of them.
 * @returns The gateway's CPU time divided by theirs: below 1 the gateway is cheaper.
 */
export function toRows<S extends Sample>(
  what: string,
  medians: Readonly<Record<string, Median<S>>>,
  describe: (median: Median<S>) => string,
  budgets: Readonly<Record<string, number>> = {},
): readonly Row[] {
  return Object.entries(medians).map(([name, theirs]): Row => {
    const atMost = budgets[name]
    return {
      what: `${what}: ${name}`,
      measured: (medians[GATEWAY]?.cpuNs ?? Number.NaN) / theirs.cpuNs,
      unit: 'ratio',
      ...(atMost === undefined ? {} : { budget: { atMost } }),
      detail: describe(theirs),
    }
  })
}

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
