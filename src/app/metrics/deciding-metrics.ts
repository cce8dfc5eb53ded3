/** The metrics of a process that decides. */
import { createDecisionMetrics } from '../../observe/metrics/decision-metrics.ts'
import type { DecisionEvent } from '../../observe/decision-log.ts'
import { watchLoopLag } from '../../observe/metrics/loop-lag.ts'
import type { ServingInstance } from '../build-instance.ts'
import { monotonicMs } from '../system.ts'
import { createDropping } from './gone-names.ts'
import type { ServiceMetrics } from './service-metrics.ts'

export interface DecidingMetrics {
  onDecision(event: DecisionEvent): void
  /** A line of this reason was not written. */
  onUnwritten(reason: string): void
  /** Another instance is in force. */
  replaced(old: ServingInstance): void
  stop(): void
}

/** @param current Returns the instance in force. */
export function watchDeciding({ registry }: ServiceMetrics, current: () => ServingInstance): DecidingMetrics {
  const unwritten = registry.counter('warder_log_lines_unwritten_total')
  const lag = watchLoopLag(monotonicMs)
  const ended = { hits: 0, misses: 0 }
  registry.readAtScrape(lag.read)
  registry.readAtScrape((write) => {
    const { cache, denied, lookUps } = current().guard
    write('warder_token_cache_requests_total', ['hit'], ended.hits + lookUps.hits)
    write('warder_token_cache_requests_total', ['miss'], ended.misses + lookUps.misses)
    write('warder_token_cache_entries', [], (cache?.size ?? 0) + (denied?.size ?? 0))
    write('warder_token_cache_bytes', [], (cache?.bytes ?? 0) + (denied?.bytes ?? 0))
  })
  const dropLater = createDropping(current, (isConfigured) => registry.retain(isConfigured))
  return {
    onDecision: createDecisionMetrics(registry),
    onUnwritten(reason) {
      unwritten.of([reason]).value += 1
    },
    replaced({ guard: { lookUps } }) {
      ended.hits += lookUps.hits
      ended.misses += lookUps.misses
      dropLater()
    },
    stop: lag.stop,
  }
}
