/** The log of a service: decisions and faults, of which a flood has only a sample. */
import { createDecisionLog, kindOfDecision, type AllowLog, type DecisionEvent } from './decision-log.ts'
import { createGatewayLog, kindOfExchange, type GatewayLog } from './gateway-log.ts'
import { createListenerLog, type ListenerLog } from './listener-log.ts'
import type { Logger } from './logger.ts'
import { createSampling, type SamplingDeps, type UnwrittenReport } from './sampling.ts'

export interface ServiceLog {
  /** Returns whether the decision has a line. */
  onDecision(event: DecisionEvent): boolean
  /** What happens at the decision listener beside decisions. */
  readonly listener: ListenerLog
  /** @param onDecision Receives the decisions of the gateway. */
  gatewayLog(onDecision: (event: DecisionEvent) => void): GatewayLog
  /** Reports what has no line and was not reported yet; for the end of the service. */
  report(): void
}

export interface ServiceLogDeps extends SamplingDeps {
  /** Which allowed requests have a line; asked for each. */
  readonly allows: AllowLog['mode']
}

/** Most lines about allowed requests of one reason in a second, if they are sampled. */
const ALLOWS_PER_SECOND = 10

export function createServiceLog(logger: Logger, deps: ServiceLogDeps): ServiceLog {
  const report =
    (of: 'decision' | 'allow' | 'gateway' | 'bad_request') =>
    ({ seconds, counts }: UnwrittenReport): boolean =>
      logger.warn({ event: 'not_logged', of, seconds, counts }, 'these have no lines of their own')
  const decisions = createSampling(kindOfDecision, report('decision'), deps)
  const allowed = createSampling(kindOfDecision, report('allow'), {
    ...deps,
    linesPerSecond: () => ALLOWS_PER_SECOND,
  })
  const faults = createSampling(kindOfExchange, report('gateway'), deps)
  const badRequests = createSampling(kindOfFault, report('bad_request'), {
    ...deps,
    // Their details are sentences.
    onUnwritten: () => deps.onUnwritten?.('bad_request'),
  })
  return {
    onDecision: createDecisionLog(logger, decisions, { mode: deps.allows, sampling: allowed }),
    listener: createListenerLog(logger, badRequests, deps.monotonicMs),
    gatewayLog: (onDecision) => createGatewayLog(logger, onDecision, faults),
    report() {
      decisions.report()
      allowed.report()
      faults.report()
      badRequests.report()
    },
  }
}

/** A fault says nothing else, and there are few. */
const kindOfFault = (): string => ''
