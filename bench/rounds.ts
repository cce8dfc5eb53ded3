/** Interleaved rounds and medians: the variants run in turns, so that disturbances affect all of them equally. */

/** The common numbers; some suites measure more. */
export interface Sample {
  /** CPU time per operation. */
  readonly cpuNs: number
  readonly wallNs: number
}

export type Measure<S extends Sample = Sample> = () => Promise<S> | S

/** The median of each number of the samples. */
export type Median<S extends Sample = Sample> = S & {
  /** Range of the CPU time of the rounds, relative to the median: how much the machine disturbed them. */
  readonly cpuSpread: number
}

export interface RoundSettings {
  /** Counted rounds. Default 3. */
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
  for (let round = 0; round < rounds; round += 1) {
    // The first one of a round may run on a cooler or less busy machine than the last.
    const order = names
      .map((_, index) => names[(index + round) % names.length])
      .filter((n) => n !== undefined)
    for (const name of order) samples[name].push(await variants[name]())
  }
  return Object.fromEntries(names.map((name) => [name, medianSample(samples[name])])) as Record<
    Name,
    Median<S>
  >
}

/** The middle value; the mean of the two middle ones if there is an even number. NaN if empty. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  return (lower + upper) / 2
}

function medianSample<S extends Sample>(samples: readonly S[]): Median<S> {
  const keys = Object.keys(samples[0] ?? {}) as (keyof S)[]
  const medians = keys.map((key) => [key, median(samples.map((sample) => Number(sample[key])))])
  const cpu = samples.map((sample) => sample.cpuNs)
  const cpuSpread = (Math.max(...cpu) - Math.min(...cpu)) / median(cpu)
  return { ...(Object.fromEntries(medians) as S), cpuSpread }
}
