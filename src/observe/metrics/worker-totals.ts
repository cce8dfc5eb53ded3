/** What all workers have counted, including those that have ended. */
import type { MetricsAsked } from '../../admin/metrics-asked.ts'
import type { Sliced } from '../../slices.ts'
import type { IsConfigured } from './configured-names.ts'
import { addTo, familiesOf, retainIn, type Totals } from './merge.ts'
import { ProcessSeries } from './process-series.ts'
import type { Families } from './registry.ts'
import type { ProcessSnapshot } from './snapshot.ts'

/**
 * Keeps the last snapshot of each worker, so that no sum goes backwards when a worker ends or does not answer in time.
 * What a killed worker has counted since its last snapshot is lost.
 */
export class WorkerTotals {
  /** By pid. */
  readonly #latest = new Map<number, ProcessSeries>()
  readonly #ended: Totals = new Map()

  /** What the next snapshots may leave out. Their question must follow all answers to the one before. */
  get known(): MetricsAsked {
    return Object.fromEntries([...this.#latest].map(([pid, { known }]) => [pid, known]))
  }

  /**
   * @param snapshots The answers to one question.
   * @param pids The workers that there are now.
   */
  take(snapshots: readonly ProcessSnapshot[], pids: ReadonlySet<number>): void {
    for (const snapshot of snapshots) {
      const { pid, startedMs } = snapshot
      let latest = this.#latest.get(pid)
      if (latest?.startedMs !== startedMs) {
        // Another process, which has the same pid after it.
        this.#end(pid)
        this.#latest.set(pid, (latest = new ProcessSeries(startedMs)))
      }
      latest.take(snapshot)
    }
    for (const pid of this.#latest.keys()) if (!pids.has(pid)) this.#end(pid)
  }

  /** All of it, and the metrics of this process. */
  withOwn(own: Families): Families {
    const totals: Totals = new Map()
    addTo(totals, own)
    addTo(totals, familiesOf(this.#ended))
    for (const { families } of this.#latest.values()) addTo(totals, families)
    return familiesOf(totals)
  }

  /** Drops what ended workers have counted for names that the configuration no longer has. */
  retain(isConfigured: IsConfigured): Sliced<undefined> {
    return retainIn(this.#ended, isConfigured)
  }

  #end(pid: number): void {
    const last = this.#latest.get(pid)
    if (last === undefined) return
    addTo(this.#ended, last.families, true)
    this.#latest.delete(pid)
  }
}
