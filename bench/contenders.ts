/** Contenders that may be missing on this machine, measured beside those that are there. */
import { type Measure, measureInterleaved, type Median, type RoundSettings, type Sample } from './rounds.ts'

/** A contender that cannot be measured here. Its rows say so, so that nobody takes it for beaten. */
export interface Missing {
  /** Why. */
  readonly missing: string
}

export const isMissing = (contender: object): contender is Missing => 'missing' in contender

/** The medians of those that are there; the others stay as they are. */
export async function measureContenders<Name extends string, S extends Sample>(
  contenders: Readonly<Record<Name, Measure<S> | Missing>>,
  settings?: RoundSettings,
): Promise<Readonly<Record<Name, Median<S> | Missing>>> {
  const entries = Object.entries<Measure<S> | Missing>(contenders)
  const present = entries.filter((entry): entry is [string, Measure<S>] => !isMissing(entry[1]))
  const absent = entries.filter((entry): entry is [string, Missing] => isMissing(entry[1]))
  const medians = await measureInterleaved(Object.fromEntries(present), settings)
  return { ...Object.fromEntries(absent), ...medians } as Record<Name, Median<S> | Missing>
}
