/** The running service: listeners over an instance that is swapped in whole. */
import type { Stores } from '../decision/stores.ts'
import { createGateway, type Gateway } from '../gateway/create-gateway.ts'
import type { DecisionEvent } from '../observe/decision-log.ts'
import type { Logger } from '../observe/logger.ts'
import type { ListenerLog } from '../observe/listener-log.ts'
import { createServiceLog } from '../observe/service-log.ts'
import { createDecisionListener, type DecisionListener } from '../server/decision-listener.ts'
import { decisionRoutes } from '../server/decision-routes.ts'
import { freeSocket } from '../server/free-socket.ts'
import { compileTrustedCallers } from '../server/trusted-callers.ts'
import type { HttpListener } from '../server/http-listener.ts'
import type { Settings } from '../settings/definition.ts'
import { openAdmin } from './admin-listener.ts'
import type { Instance, ServingInstance } from './build-instance.ts'
import { gatewayInput } from './gateway-input.ts'
import { createStores, monotonicMs, newId, setTimer } from './system.ts'
import { createTidy } from './tidy-memory.ts'

export interface Service<Served extends ServingInstance = Instance> {
  /** Addresses that are listened on: decisions, then admin and those of the gateway, if there are any. */
  readonly addresses: readonly string[]
  readonly instance: Served
  /** Puts another instance in force between two requests, and closes the old one. Listeners stay as they were bound. */
  swap(next: Served): void
  /** Turns readiness off, keeps answering for `drainMs`, then stops. */
  stop(drainMs: number): Promise<void>
}

/** Time between two looks for idle memory, in milliseconds. */
const TIDY_INTERVAL_MS = 1_000

/** Starts listening, even if a killed process has left its socket. @throws WarderError ERR_SERVER_LISTEN */
export async function openService<Served extends ServingInstance>(
  first: Served,
  logger: Logger,
  stores?: Stores,
  holdsUnixSockets = true,
): Promise<Service<Served>> {
  if (holdsUnixSockets) await freeSockets(first.config.settings.listen)
  return startService(first, logger, stores, holdsUnixSockets)
}

/** Removes the unix sockets of a killed process. @throws WarderError ERR_SERVER_LISTEN when one is in use. */
export async function freeSockets({ decisions, admin, gateway }: Settings['listen']): Promise<void> {
  for (const address of [decisions, admin, ...gateway.map((listener) => listener.address)])
    if (address !== null) await freeSocket(address)
}

/** How long a stopping gateway lets exchanges under way go on, in milliseconds. */
const GATEWAY_PATIENCE_MS = 10_000

/**
 * Starts listening.
 *
 * @param stores Default: new ones, in the memory of this process.
 * @param holdsUnixSockets False if another process of the service listens on its unix sockets.
 * @throws WarderError ERR_SERVER_LISTEN
 */
export function startService<Served extends ServingInstance>(
  first: Served,
  logger: Logger,
  stores = createStores(),
  holdsUnixSockets = true,
): Service<Served> {
  let instance = first
  let isDraining = false
  let isStopped = false
  const log = createServiceLog(logger, {
    monotonicMs,
    setTimer,
    linesPerSecond: () => instance.config.settings.log.denialsPerSecond,
  })
  const { onDecision, stopTidying } = watchDecisions(log.onDecision)
  const { onUnreadBody } = log.listener
  const routesOf = (next: ServingInstance): ReturnType<typeof decisionRoutes> =>
    decisionRoutes(
      {
        guard: next.guard,
        decide: next.decide,
        isTrusted: compileTrustedCallers(next.config.settings.trustedCallers),
        newId,
        monotonicMs,
        onDecision,
        onUnreadBody,
      },
      next.config.settings.endpoints,
    )
  const { decisions, admin, gateway, addresses } = openListeners(first, {
    decisions:
      holdsUnixSockets || first.config.settings.listen.decisions.kind === 'tcp' ? routesOf(first) : undefined,
    openAdmin: (address) =>
      openAdmin(address, () => instance, { isDraining: () => isDraining, addresses: () => addresses }),
    gatewayLog: log.gatewayLog(onDecision),
    listenerLog: log.listener,
    stores,
  })
  return {
    addresses,
    get instance() {
      return instance
    },
    swap(next) {
      // A reload that ends after the service: nothing would ever stop its key sources.
      if (isStopped) return next.close()
      const old = instance
      instance = next
      decisions?.replace(routesOf(next))
      gateway?.replace(gatewayInput(next))
      old.close(next)
    },
    async stop(drainMs) {
      isDraining = true
      stopTidying()
      for (const draining of [decisions, gateway]) draining?.drain()
      await new Promise((resolve) => setTimeout(resolve, drainMs))
      isStopped = true
      await Promise.all([decisions?.stop(), admin?.stop(), gateway?.stop(GATEWAY_PATIENCE_MS)])
      instance.close()
      log.report()
    },
  }
}

/** Logs and counts decisions; while there are none, memory is given back. */
function watchDecisions(log: (event: DecisionEvent) => void): {
  readonly onDecision: (event: DecisionEvent) => void
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
      log(event)
    },
    stopTidying: () => clearInterval(tidying),
  }
}

interface Answering {
  /** Undefined if another process has the listener. */
  readonly decisions: ReturnType<typeof decisionRoutes> | undefined
  readonly openAdmin: (address: Settings['listen']['admin']) => HttpListener | undefined
  readonly gatewayLog: Parameters<typeof createGateway>[1]
  readonly listenerLog: ListenerLog
  readonly stores: Stores
}

interface Listeners {
  readonly decisions: DecisionListener | undefined
  readonly admin: HttpListener | undefined
  readonly gateway: Gateway | undefined
  readonly addresses: readonly string[]
}

/** Opens all of them, or none. */
function openListeners(instance: ServingInstance, answering: Answering): Listeners {
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
