/** The metrics of a process of the service. They outlive its configurations. */
import { KeyMetrics } from '../../observe/metrics/key-metrics.ts'
import { readProcessMetrics } from '../../observe/metrics/process-metrics.ts'
import { MetricsRegistry } from '../../observe/metrics/registry.ts'
import type { Logger } from '../../observe/logger.ts'
import { ReloadMetrics } from './reload-metrics.ts'

export interface ServiceMetrics {
  readonly registry: MetricsRegistry
  /** Receives the events of keys. */
  readonly keys: KeyMetrics
  /** Receives the results of reloads. */
  readonly reloads: ReloadMetrics
}

/** Begins to count, and to read what every process has. */
export function createServiceMetrics(logger: Logger): ServiceMetrics {
  const registry = new MetricsRegistry({
    onLimit: (metric, limit) =>
      logger.warn(
        { event: 'metrics', metric, limit },
        'a metric has as many series as it may; other routes, policies and issuers are counted as _other',
      ),
  })
  registry.readAtScrape(readProcessMetrics)
  registry.readAtScrape((write) => write('warder_log_lines_dropped_total', [], logger.lostLines?.() ?? 0))
  const nowMs = (): number => Date.now()
  return { registry, keys: new KeyMetrics(nowMs), reloads: new ReloadMetrics(nowMs) }
}
