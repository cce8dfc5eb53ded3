/** The running service: listeners over an instance that is swapped in whole. */
import type { ProcessAnswers } from '../admin/questions.ts'
import type { Stores } from '../decision/stores.ts'
import type { ExchangeEvent } from '../gateway/gateway-event.ts'
import type { GatewayEvents } from '../gateway/create-gateway.ts'
import type { GatewayLog } from '../observe/gateway-log.ts'
import type { Logger } from '../observe/logger.ts'
import { decisionRoutes, type DecisionService } from '../server/decision-routes.ts'
import { grpcMethods } from '../server/grpc/grpc-methods.ts'
import { createSpopJudge } from '../server/spoe/judge-method.ts'
import { compileTrustedCallers } from '../server/trusted-callers.ts'
import type { Rest } from '../slices.ts'
import type { AdminContext } from './admin-rows.ts'
import type { Instance, ServingInstance } from './build-instance.ts'
import { gatewayInput } from './gateway-input.ts'
import { freeSockets } from './free-sockets.ts'
import { createRest, nextTurn } from './loading/rest.ts'
import type { KeptDecisions } from './keep-recent.ts'
import { askThisProcess, createProcessAnswers } from './process-answers.ts'
import { snapshotMetrics } from './metrics/snapshot-metrics.ts'
import { openMetricsPage } from './metrics/metrics-page.ts'
import { createServiceMetrics, type ServiceMetrics } from './metrics/service-metrics.ts'
import { ServiceRecord } from './service-record.ts'
import { openListeners, type Answering, type Answers, type Listeners } from './service-listeners.ts'
import { createStores, monotonicMs, newId } from './system.ts'
import { createTracing, type Tracing } from './tracing/tracing.ts'
import { watchService } from './watch-service.ts'
import { wholeInstance } from './whole-instance.ts'

export interface Service<Served extends ServingInstance = Instance> {
  /** Addresses that are listened on: decisions, then admin, those of the gateway, that of gRPC and that of SPOE, if there are any. */
  readonly addresses: readonly string[]
  readonly instance: Served
  readonly record: ServiceRecord
  /** What this process answers about its decisions. */
  readonly answers: ProcessAnswers
  /** Puts another instance in force between two requests, and closes the old one. Listeners stay as they were bound. */
  swap(next: Served): void
  /** The same in two steps: first what takes long, in slices. One at a time. */
  prepare(next: Served, rest: Rest): Promise<PreparedSwap>
  /** Both steps, one after the other. */
  replace(next: Served): Promise<undefined>
  /** Turns readiness off, keeps answering for `drainMs`, then stops. */
  stop(drainMs: number): Promise<void>
}

export interface PreparedSwap {
  /** Puts the instance in force, and closes the old one. */
  putInForce(): void
  /** It never comes into force, and is not closed. */
  discard(): void
}

/** Starts listening, even if a killed process has left its socket. @throws WarderError ERR_SERVER_LISTEN */
export async function openService<Served extends ServingInstance>(
  first: Served,
  logger: Logger,
  stores?: Stores,
  holdsUnixSockets = true,
  tracing?: Tracing,
  metrics?: ServiceMetrics,
): Promise<Service<Served>> {
  if (holdsUnixSockets) await freeSockets(first.config.settings.listen)
  return startService(first, logger, stores, holdsUnixSockets, tracing, metrics)
}

/** How long a stopping gateway lets exchanges under way go on, in milliseconds. */
const GATEWAY_PATIENCE_MS = 10_000

/**
 * Starts listening.
 *
 * @param stores Default: new ones, in the memory of this process.
 * @param holdsUnixSockets False if another process of the service listens on its unix sockets.
 * @param tracing Of the process; default: a new one. It ends with the service.
 * @param metrics Default: new ones; without an admin listener, where nobody can read them, none.
 * @throws WarderError ERR_SERVER_LISTEN
 */
export async function startService<Served extends ServingInstance>(
  first: Served,
  logger: Logger,
  stores = createStores(),
  holdsUnixSockets = true,
  tracing = createTracing(logger),
  metrics = first.config.settings.listen.admin === null ? undefined : createServiceMetrics(logger),
): Promise<Service<Served>> {
  const running: Running<Served> = { instance: first, isDraining: false, isStopped: false }
  const watched = watchService(running, logger, tracing, metrics, () => opened)
  const { log, onDecision, onExchange, decided, recent, follow, onReplaced, stopWatching } = watched
  const answers = createProcessAnswers({
    decided,
    recent,
    listeners: () => opened,
    metrics: (asked) => snapshotMetrics(metrics, asked),
  })
  const record = new ServiceRecord()
  const { onUnreadBody } = log.listener
  const answersOf = createAnswers(running, onDecision, onUnreadBody, follow)
  await tracing.use(first.config.settings.tracing)
  let opened: Listeners | undefined
  const adminContext: AdminContext = {
    instance: () => wholeInstance(running.instance),
    record,
    isDraining: () => running.isDraining,
    addresses: () => opened?.addresses ?? [],
    askAll: askThisProcess(answers),
    metrics: openMetricsPage(metrics, () => running.instance),
  }
  const listeners = await openListeners(first, {
    current: () => running.instance,
    answers: answersOf(first),
    holdsUnixSockets,
    loadAdmin: () => loadAdmin(adminContext, logger),
    gatewayEvents: withTraces(log.gatewayLog(onDecision), tracing, onExchange),
    listenerLog: log.listener,
    stores,
  })
  opened = listeners
  return {
    addresses: listeners.addresses,
    record,
    answers,
    get instance() {
      return running.instance
    },
    ...createSwap(running, listeners, answersOf, onReplaced),
    async stop(drainMs) {
      running.isDraining = true
      stopWatching()
      await stopListeners(listeners, drainMs, () => (running.isStopped = true))
      running.instance.close()
      await tracing.stop()
      log.report()
    },
  }
}

const loadAdmin = async (context: AdminContext, logger: Logger): ReturnType<Answering['loadAdmin']> => {
  const { openAdmin } = await import('./admin-listener.ts')
  return (address) => openAdmin(address, context, logger)
}

/** @param onStopping Called when the drain is over. */
async function stopListeners(
  { decisions, admin, gateway, grpc, spoe }: Listeners,
  drainMs: number,
  onStopping: () => void,
): Promise<void> {
  for (const draining of [decisions, gateway, grpc, spoe]) draining?.drain()
  await new Promise((resolve) => setTimeout(resolve, drainMs))
  onStopping()
  const ends = [decisions, admin, grpc, spoe].map((listener) => listener?.stop())
  await Promise.all([...ends, gateway?.stop(GATEWAY_PATIENCE_MS)])
}

/** What a service answers with under a configuration. */
function createAnswers(
  running: Pick<Running<unknown>, 'isDraining'>,
  onDecision: DecisionService['onDecision'],
  onUnreadBody: DecisionService['onUnreadBody'],
  follow: KeptDecisions['follow'],
): (instance: ServingInstance) => Answers {
  return (instance) => {
    const { guard, decide, config } = instance
    follow(instance)
    const isTrusted = compileTrustedCallers(config.settings.trustedCallers)
    const events = { onDecision, onUnreadBody }
    const service: DecisionService = { guard, decide, isTrusted, newId, monotonicMs, ...events }
    return {
      endpoints: decisionRoutes(service, config.settings.endpoints),
      methods: grpcMethods(service, () => !running.isDraining),
      judge: createSpopJudge(service),
    }
  }
}

interface Running<Served> {
  instance: Served
  isDraining: boolean
  isStopped: boolean
}

function createSwap<Served extends ServingInstance>(
  running: Running<Served>,
  { decisions, admin, gateway, grpc, spoe }: Listeners,
  answersOf: (next: Served) => Answers,
  onReplaced: (old: Served) => void,
): Pick<Service<Served>, 'swap' | 'prepare' | 'replace'> {
  const swap = (next: Served, replaceGateway: () => void): void => {
    // A reload that ends after the service: nothing would ever stop its key sources.
    if (running.isStopped) return next.close()
    // First: if it throws, the old instance is still whole.
    const { endpoints, methods, judge } = answersOf(next)
    const old = running.instance
    running.instance = next
    decisions?.replace(endpoints)
    grpc?.replace(methods)
    spoe?.replace(judge)
    for (const listener of [decisions, grpc]) listener?.certificatesReplaced()
    admin?.replaced()
    replaceGateway()
    onReplaced(old)
    old.close(next)
  }
  const prepare = async (next: Served, rest: Rest): Promise<PreparedSwap> => {
    const rules = await gateway?.prepare(gatewayInput(next), rest)
    const discard = (): void => rules?.discard()
    return {
      discard,
      putInForce() {
        swap(next, () => rules?.putInForce())
        if (running.isStopped) discard()
      },
    }
  }
  return {
    prepare,
    swap(next) {
      swap(next, () => gateway?.replace(gatewayInput(next)))
    },
    async replace(next) {
      // Loading ended in this turn.
      await nextTurn()
      const prepared = await prepare(next, createRest())
      try {
        prepared.putInForce()
      } catch (fault) {
        prepared.discard()
        throw fault
      }
      return undefined
    },
  }
}

/** The exchanges of the gateway, with their spans and metrics. */
const withTraces = (
  log: GatewayLog,
  tracing: Tracing,
  count: ((event: ExchangeEvent) => void) | undefined,
): GatewayEvents => ({
  ...log,
  onExchange(event, accessLog) {
    log.onExchange(event, accessLog)
    count?.(event)
    tracing.exchanged(event)
  },
  beginTrace: (headers, isTrustedPeer) => tracing.begin(headers, isTrustedPeer),
})
