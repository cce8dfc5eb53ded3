/** The metrics of a service of several processes: those of this one, and what the workers have counted. */
import type { WorkerHealth } from '../../admin/health.ts'
import type { MetricsPage } from '../../admin/metrics-route.ts'
import type { AskAll } from '../../admin/questions.ts'
import type { Families } from '../../observe/metrics/registry.ts'
import { readSnapshot } from '../../observe/metrics/snapshot.ts'
import { WorkerTotals } from '../../observe/metrics/worker-totals.ts'
import type { Instance } from '../build-instance.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { createDropping } from './gone-names.ts'
import { watchConfiguration } from './config-metrics.ts'
import { watchLostSpans } from './lost-spans.ts'
import { createMetricsPage } from './metrics-page.ts'
import type { ServiceMetrics } from './service-metrics.ts'

export interface SupervisedMetrics {
  readonly page: MetricsPage
  /** Another instance is in force. */
  replaced(): void
}

export interface SupervisedParts {
  /** Returns the instance in force. */
  readonly instance: () => Instance
  readonly workers: () => readonly WorkerHealth[]
  readonly askAll: AskAll
}

/**
 * Longest slice in milliseconds: this process makes no decisions, but has the keys and the counts of rate limits that
 * workers ask for.
 */
const SLICE_MS = 10

/**
 * The metrics of all processes, the workers' asked for at each scrape.
 *
 * @param tracing Of this process; undefined: there is none.
 */
export function openSupervisedMetrics(
  metrics: ServiceMetrics,
  { instance, workers, askAll }: SupervisedParts,
  tracing: Tracing | undefined,
): SupervisedMetrics {
  watchConfiguration(metrics, instance, workers)
  if (tracing !== undefined) watchLostSpans(metrics, tracing)
  const totals = new WorkerTotals()
  const collect = async (): Promise<Families> => {
    const snapshots = (await askAll('metrics', totals.known)).map(readSnapshot)
    const pids = new Set(workers().flatMap(({ pid }) => pid ?? []))
    totals.take(snapshots, pids)
    return totals.withOwn(metrics.registry.families())
  }
  // One after the other: the answers to an earlier question would be taken for later ones, and know less.
  let last: Promise<unknown> = Promise.resolve()
  const page = createMetricsPage(() => {
    const next = last.then(collect)
    last = next.catch(() => undefined)
    return next
  }, SLICE_MS)
  return { page, replaced: createDropping(instance, (isConfigured) => totals.retain(isConfigured)) }
}
