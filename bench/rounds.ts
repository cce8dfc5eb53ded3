/** Interleaved rounds and medians: the variants run in turns, so that disturbances affect all of them equally. */
import { EFFORT } from './effort.ts'

/** The common numbers; some suites measure more. */
export interface Sample {
  /** CPU time per operation. */
  readonly cpuNs: number
  readonly wallNs: number
}

/** One run of a variant: one sample, or one for each window of the run. */
export type Measure<S extends Sample = Sample> = () => Promise<S | readonly S[]> | S | readonly S[]

/** The median of each number of the samples. */
export type Median<S extends Sample = Sample> = S & {
  /** A tenth of the samples needed less CPU time: what an undisturbed machine needs. */
  readonly cpuP10Ns: number
}

export interface RoundSettings {
  /** Counted rounds, unless the run is a short one. Default 3. */
  readonly rounds?: number
  /** Rounds before them, for caches and just-in-time compilers. Default 1. */
  readonly warmUps?: number
}

/**
 * Runs every variant once per round, in rotating order, and returns the median of each.
 *
 * @param variants What to measure, by name.
 */
export async function measureInterleaved<Name extends string, S extends Sample>(
  variants: Readonly<Record<Name, Measure<S>>>,
  { rounds = 3, warmUps = 1 }: RoundSettings = {},
): Promise<Readonly<Record<Name, Median<S>>>> {
  const names = Object.keys(variants) as Name[]
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, S[]>
  for (let round = 0; round < warmUps; round += 1) for (const name of names) await variants[name]()
  for (let round = 0; round < Math.min(rounds, EFFORT.rounds); round += 1) {
    // The first one of a round may run on a cooler or less busy machine than the last.
    const order = names
      .map((_, index) => names[(index + round) % names.length])
      .filter((n) => n !== undefined)
    for (const name of order) samples[name].push(...([await variants[name]()].flat() as S[]))
  }
  return Object.fromEntries(names.map((name) => [name, medianSample(samples[name])])) as Record<
    Name,
    Median<S>
  >
}

/** The middle value; the mean of the two middle ones if there is an even number. NaN if empty. */
export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** The value that a share of the values does not exceed, between two of them if need be. NaN if empty. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}

function medianSample<S extends Sample>(samples: readonly S[]): Median<S> {
  const keys = Object.keys(samples[0] ?? {}) as (keyof S)[]
  const medians = keys.map((key) => [key, median(samples.map((sample) => Number(sample[key])))])
  const cpuP10Ns = quantile(
    samples.map((sample) => sample.cpuNs),
    0.1,
  )
  return { ...(Object.fromEntries(medians) as S), cpuP10Ns }
}
