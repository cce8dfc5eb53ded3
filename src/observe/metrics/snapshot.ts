/** The metrics of a process on their way to the process that has the admin listener, as JSON. */
import type { KnownSeries, MetricsAsked } from '../../admin/metrics-asked.ts'
import type { Sliced } from '../../slices.ts'
import type { MetricName } from './definitions.ts'
import type { Families, Family } from './registry.ts'
import { Series } from './series.ts'

/** A process, and what it has counted and read. */
export interface ProcessMetrics {
  readonly pid: number
  /** Distinguishes processes that have the same pid one after the other. */
  readonly startedMs: number
  readonly families: Families
}

/** What the asker does not know yet. */
export interface ProcessSnapshot {
  readonly pid: number
  readonly startedMs: number
  readonly families: readonly FamilySnapshot[]
}

/**
 * One metric. The asker has the labels of the first series from earlier snapshots; numbers and exemplars are those of all
 * series, in their order.
 */
export interface FamilySnapshot {
  readonly name: MetricName
  /** Null: the labels are sent every time. */
  readonly version: number | null
  /** How many series the asker knows. */
  readonly known: number
  /** Of the other series. */
  readonly labels: readonly (readonly string[])[]
  /** The value of each series; or its sum, the count of each bucket, and what was observed with the exemplar of each. */
  readonly numbers: readonly number[]
  /** The exemplar of each series or each bucket, empty without one; nothing at all if no series has one. */
  readonly exemplars: readonly string[]
}

const NOTHING: KnownSeries = [-1, 0]
/** Labels or exemplars in one slice. */
const SLICE_SERIES = 256

/**
 * Writes a snapshot in slices; {@link readSnapshot} reads it.
 *
 * @param asked What the asker knows, also of other processes.
 */
export function* writeSnapshot(
  { pid, startedMs, families }: ProcessMetrics,
  asked: MetricsAsked,
): Sliced<string> {
  const asker = asked[pid]
  const written: string[] = []
  for (const [name, family] of families) {
    const [version, count] = (asker?.startedMs === startedMs ? asker.series[name] : undefined) ?? NOTHING
    written.push(yield* writeFamily(name, family, version === family.version ? count : 0))
    yield
  }
  return `[${pid},${startedMs},[${written.join(',')}]]`
}

function* writeFamily(name: MetricName, family: Family, known: number): Sliced<string> {
  // All of it at one moment: a reload may drop series between slices.
  const { version = null } = family
  const all = [...family]
  const numbers: number[] = []
  const exemplars: (string | undefined)[] = []
  for (const series of all) {
    if (series instanceof Series) {
      numbers.push(series.value)
      exemplars.push(series.exemplar)
    } else {
      numbers.push(series.sum, ...series.counts, ...series.exemplarValues)
      exemplars.push(...series.exemplars)
    }
  }
  yield
  const labels: string[] = []
  for (let from = known; from < all.length; from += SLICE_SERIES) {
    const slice = all.slice(from, from + SLICE_SERIES).map((series) => series.labels)
    labels.push(JSON.stringify(slice).slice(1, -1))
    yield
  }
  const ids = exemplars.some((id) => id !== undefined) ? yield* joinSlices(exemplars) : ''
  const start = JSON.stringify([name, version, known, numbers, ids]).slice(0, -1)
  return `${start},[${labels.join(',')}]]`
}

/** Ids of decisions have no comma. One text is smaller than many, and has no quotes to be escaped on its way. */
function* joinSlices(ids: readonly (string | undefined)[]): Sliced<string> {
  const joined: string[] = []
  for (let from = 0; from < ids.length; from += SLICE_SERIES) {
    joined.push(ids.slice(from, from + SLICE_SERIES).join(','))
    yield
  }
  return joined.join(',')
}

type Written = readonly [
  name: MetricName,
  version: number | null,
  known: number,
  numbers: readonly number[],
  exemplars: string,
  labels: readonly (readonly string[])[],
]

/** Reads what another process of this service has written. */
export function readSnapshot(text: string): ProcessSnapshot {
  const [pid, startedMs, families] = JSON.parse(text) as [number, number, Written[]]
  return {
    pid,
    startedMs,
    families: families.map(([name, version, known, numbers, exemplars, labels]) => ({
      name,
      version,
      known,
      labels,
      numbers,
      exemplars: exemplars === '' ? [] : exemplars.split(','),
    })),
  }
}
