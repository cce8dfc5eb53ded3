/** The metrics of a process that decides. */
import { createDecisionMetrics } from '../../observe/metrics/decision-metrics.ts'
import type { ExchangeEvent } from '../../gateway/gateway-event.ts'
import type { DecisionEvent } from '../../observe/decision-log.ts'
import { createGatewayMetrics, readGatewayReport } from '../../observe/metrics/gateway-metrics.ts'
import { watchLoopLag } from '../../observe/metrics/loop-lag.ts'
import type { ServingInstance } from '../build-instance.ts'
import { monotonicMs } from '../system.ts'
import { listenerStates } from '../process-answers.ts'
import type { Listeners } from '../service-listeners.ts'
import { createDropping } from './gone-names.ts'
import type { ServiceMetrics } from './service-metrics.ts'

/** Metrics of listeners, and what they are read from. */
const OF_LISTENERS = [
  ['warder_connections', 'connections'],
  ['warder_connections_refused_total', 'refused'],
  ['warder_held_bytes', 'heldBytes'],
] as const

export interface DecidingMetrics {
  onDecision(event: DecisionEvent): void
  /** An exchange of the gateway has ended. */
  onExchange(event: ExchangeEvent): void
  /** A line of this reason was not written. */
  onUnwritten(reason: string): void
  /** Another instance is in force. */
  replaced(old: ServingInstance): void
  stop(): void
}

/**
 * @param current Returns the instance in force.
 * @param listeners Undefined before they are open.
 */
export function watchDeciding(
  { registry }: ServiceMetrics,
  current: () => ServingInstance,
  listeners: () => Listeners | undefined,
): DecidingMetrics {
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
  registry.readAtScrape((write) => {
    for (const [listener, states] of Map.groupBy(listenerStates(listeners()), (one) => one.listener))
      for (const [name, member] of OF_LISTENERS)
        write(
          name,
          [listener],
          states.reduce((sum, state) => sum + state[member], 0),
        )
    const report = listeners()?.gateway?.report()
    if (report !== undefined) readGatewayReport(write, report)
  })
  const dropLater = createDropping(current, (isConfigured) => registry.retain(isConfigured))
  return {
    onDecision: createDecisionMetrics(registry),
    onExchange: createGatewayMetrics(registry),
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
