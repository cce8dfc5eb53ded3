/** The listeners of a service. */
import type { Stores } from '../decision/stores.ts'
import { createGateway, type Gateway } from '../gateway/create-gateway.ts'
import type { ListenerLog } from '../observe/listener-log.ts'
import { createDecisionListener, type DecisionListener } from '../server/decision-listener.ts'
import type { decisionRoutes } from '../server/decision-routes.ts'
import type { HttpListener } from '../server/http-listener.ts'
import type { Settings } from '../settings/definition.ts'
import type { ServingInstance } from './build-instance.ts'
import { gatewayInput } from './gateway-input.ts'

export interface Answering {
  /** Undefined if another process has the listener. */
  readonly decisions: ReturnType<typeof decisionRoutes> | undefined
  readonly openAdmin: (address: Settings['listen']['admin']) => HttpListener | undefined
  readonly gatewayLog: Parameters<typeof createGateway>[1]
  readonly listenerLog: ListenerLog
  readonly stores: Stores
}

export interface Listeners {
  readonly decisions: DecisionListener | undefined
  readonly admin: HttpListener | undefined
  readonly gateway: Gateway | undefined
  readonly addresses: readonly string[]
}

/** Opens all of them, or none. */
export function openListeners(instance: ServingInstance, answering: Answering): Listeners {
  const { listen } = instance.config.settings
  const opened: (DecisionListener | HttpListener)[] = []
  const keep = <L extends DecisionListener | HttpListener>(listener: L | undefined): L | undefined => {
    if (listener !== undefined) opened.push(listener)
    return listener
  }
  try {
    const decisions = keep(
      answering.decisions &&
        createDecisionListener(listen.decisions, answering.decisions, answering.listenerLog),
    )
    const admin = keep(answering.openAdmin(listen.admin))
    const gateway =
      listen.gateway.length === 0
        ? undefined
        : createGateway(gatewayInput(instance), answering.gatewayLog, answering.stores)
    const addresses = [...opened.map(({ address }) => address), ...(gateway?.addresses ?? [])]
    return { decisions, admin, gateway, addresses }
  } catch (fault) {
    for (const listener of opened) void listener.stop()
    throw fault
  }
}
