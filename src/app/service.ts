/** The running service: listeners over an instance that is swapped in whole. */
import { adminRoutes } from '../admin/admin-routes.ts'
import { reportHealth } from '../admin/health.ts'
import { reportKeys } from '../admin/keys-report.ts'
import type { Settings } from '../settings/definition.ts'
import { createGateway, type Gateway } from '../gateway/create-gateway.ts'
import { createDecisionLog, type DecisionEvent } from '../observe/decision-log.ts'
import { createGatewayLog } from '../observe/gateway-log.ts'
import type { Logger } from '../observe/logger.ts'
import { decisionRoutes } from '../server/decision-routes.ts'
import { freeSocket } from '../server/free-socket.ts'
import { createHttpListener, type HttpListener } from '../server/http-listener.ts'
import { localOnly } from '../server/local-only.ts'
import type { Instance } from './build-instance.ts'
import { gatewayInput } from './gateway-input.ts'
import { newId } from './system.ts'
import { createTidy } from './tidy-memory.ts'

export interface Service {
  /** Addresses that are listened on: decisions, then admin and those of the gateway as far as there are any. */
  readonly addresses: readonly string[]
  readonly instance: Instance
  /** Puts another instance in force between two requests, and closes the old one. Listeners stay as they were bound. */
  swap(next: Instance): void
  /** Turns readiness off, keeps answering for `drainMs`, then stops. */
  stop(drainMs: number): Promise<void>
}

/** How long reports of announced bodies are held back, in milliseconds: one is enough to find the proxy. */
const BODY_WARNING_INTERVAL_MS = 60_000

/** Time between two looks for idle memory, in milliseconds. */
const TIDY_INTERVAL_MS = 1_000

/** Starts listening, also where a killed process has left its socket. @throws WarderError ERR_SERVER_LISTEN */
export async function openService(first: Instance, logger: Logger): Promise<Service> {
  const { decisions, admin, gateway } = first.config.settings.listen
  for (const address of [decisions, admin, ...gateway.map((listener) => listener.address)])
    if (address !== null) await freeSocket(address)
  return startService(first, logger)
}

/** How long a stopping gateway lets exchanges under way go on, in milliseconds. */
const GATEWAY_PATIENCE_MS = 10_000

/** Starts listening. @throws WarderError ERR_SERVER_LISTEN */
export function startService(first: Instance, logger: Logger): Service {
  let instance = first
  let isDraining = false
  let isStopped = false
  const log = createDecisionLog(logger)
  let decided = 0
  const onDecision = (event: DecisionEvent): void => {
    decided++
    log(event)
  }
  const tidy = createTidy(
    () => decided,
    () => Bun.gc(true),
  )
  const tidying = setInterval(tidy, TIDY_INTERVAL_MS)
  tidying.unref()
  const onUnreadBody = createBodyWarning(logger)
  const routesOf = (next: Instance): ReturnType<typeof decisionRoutes> =>
    decisionRoutes(
      { guard: next.guard, decide: next.decide, newId, onDecision, onUnreadBody },
      next.config.settings.endpoints,
    )
  const { listen } = first.config.settings
  const decisions = createHttpListener(listen.decisions, routesOf(first))
  const health = () =>
    reportHealth({
      configDigest: instance.config.digest,
      listeners: addresses,
      issuers: instance.guard.issuers,
      isDraining,
      nowMs: Date.now(),
    })
  const admin = startAdmin(
    listen,
    decisions,
    adminRoutes({ health, keys: () => reportKeys(instance.guard.issuers) }),
    () => instance.config.settings.listen.adminHosts ?? [],
  )
  const gateway = startGateway(first, createGatewayLog(logger, onDecision), [decisions, admin])
  const addresses = [
    ...[decisions, admin].flatMap((listener) => listener?.address ?? []),
    ...(gateway?.addresses ?? []),
  ]
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
      decisions.replace(routesOf(next))
      gateway?.replace(gatewayInput(next))
      old.close(next)
    },
    async stop(drainMs) {
      isDraining = true
      clearInterval(tidying)
      for (const draining of [decisions, admin, gateway]) draining?.drain()
      await new Promise((resolve) => setTimeout(resolve, drainMs))
      isStopped = true
      await Promise.all([decisions.stop(), admin?.stop(), gateway?.stop(GATEWAY_PATIENCE_MS)])
      instance.close()
    },
  }
}

function startAdmin(
  listen: Settings['listen'],
  decisions: HttpListener,
  routes: ReturnType<typeof adminRoutes>,
  hosts: () => readonly string[],
): HttpListener | undefined {
  if (listen.admin === null) return undefined
  try {
    // Browsers do not reach a unix socket, and its clients name any host.
    return createHttpListener(listen.admin, listen.admin.kind === 'unix' ? routes : localOnly(routes, hosts))
  } catch (fault) {
    void decisions.stop()
    throw fault
  }
}

function startGateway(
  first: Instance,
  log: Parameters<typeof createGateway>[1],
  others: readonly (HttpListener | undefined)[],
): Gateway | undefined {
  if (first.config.settings.listen.gateway.length === 0) return undefined
  try {
    return createGateway(gatewayInput(first), log)
  } catch (fault) {
    for (const other of others) void other?.stop()
    throw fault
  }
}

function createBodyWarning(logger: Logger): (hint: string) => void {
  let nextMs = 0
  return (hint) => {
    const nowMs = Date.now()
    if (nowMs < nextMs) return
    nextMs = nowMs + BODY_WARNING_INTERVAL_MS
    logger.warn(
      { event: 'unread_body', hint },
      'a decision request announced a body; its connection was closed',
    )
  }
}
