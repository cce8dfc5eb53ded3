/** Everything that follows the decisions of a service: the log, the metrics, the recent decisions, traces. */
import type { DecisionEvent } from '../observe/decision-log.ts'
import type { Logger } from '../observe/logger.ts'
import { createServiceLog, type ServiceLog } from '../observe/service-log.ts'
import type { ServingInstance } from './build-instance.ts'
import { keepRecent, type KeptDecisions } from './keep-recent.ts'
import { watchDeciding, type DecidingMetrics } from './metrics/deciding-metrics.ts'
import { watchLostSpans } from './metrics/lost-spans.ts'
import type { ServiceMetrics } from './metrics/service-metrics.ts'
import type { Listeners } from './service-listeners.ts'
import { monotonicMs, setTimer } from './system.ts'
import { createTidy } from './tidy-memory.ts'
import type { Tracing } from './tracing/tracing.ts'

/** Time between two looks for idle memory, in milliseconds. */
const TIDY_INTERVAL_MS = 1_000

/** The readers of what happens in a service. */
export interface ServiceWatch extends KeptDecisions {
  readonly log: ServiceLog
  readonly onDecision: DecisionReader
  /** Counts the exchanges of the gateway; undefined if nothing is counted. */
  readonly onExchange: DecidingMetrics['onExchange'] | undefined
  /** How many decisions were made. */
  readonly decided: () => number
  /** Another instance is in force. */
  onReplaced(old: ServingInstance): void
  stopWatching(): void
}

/**
 * @param running Has the instance in force.
 * @param metrics Undefined without an admin listener.
 * @param listeners Undefined before they are open.
 */
export function watchService(
  running: { readonly instance: ServingInstance },
  logger: Logger,
  tracing: Tracing,
  metrics: ServiceMetrics | undefined,
  listeners: () => Listeners | undefined,
): ServiceWatch {
  const deciding = metrics && watchDeciding(metrics, () => running.instance, listeners)
  if (metrics !== undefined) watchLostSpans(metrics, tracing)
  const log = createServiceLog(logger, {
    monotonicMs,
    setTimer,
    allows: () => running.instance.config.settings.log.allows,
    linesPerSecond: () => running.instance.config.settings.log.denialsPerSecond,
    ...(deciding && { onUnwritten: deciding.onUnwritten }),
  })
  // Without an admin listener, nobody could ask.
  const { recent, follow } = keepRecent(() =>
    metrics === undefined ? 0 : running.instance.config.settings.admin.recentDecisions,
  )
  const readers: readonly DecisionReader[] = [
    // The place in a trace: the others may name it.
    tracing.decided,
    (event) => recent.onDecision(event, log.onDecision(event)),
    ...(deciding === undefined ? [] : [deciding.onDecision]),
  ]
  const { onDecision, decided, stopTidying } = watchDecisions(readers)
  return {
    log,
    onDecision,
    onExchange: deciding?.onExchange,
    decided,
    recent,
    follow,
    onReplaced(old: ServingInstance): void {
      deciding?.replaced(old)
      void tracing.use(running.instance.config.settings.tracing)
    },
    stopWatching(): void {
      stopTidying()
      deciding?.stop()
    },
  }
}

/** Gets every decision, on its way to the caller: it must not throw, and not wait. */
type DecisionReader = (event: DecisionEvent) => void

/** Passes decisions to the readers in their order, and counts them; while there are none, memory is given back. */
function watchDecisions(readers: readonly DecisionReader[]): {
  readonly onDecision: DecisionReader
  readonly decided: () => number
  readonly stopTidying: () => void
} {
  let decided = 0
  const tidy = createTidy(
    () => decided,
    () => Bun.gc(true),
  )
  const tidying = setInterval(tidy, TIDY_INTERVAL_MS)
  tidying.unref()
  return {
    onDecision(event) {
      decided++
      for (const read of readers) read(event)
    },
    decided: () => decided,
    stopTidying: () => clearInterval(tidying),
  }
}
