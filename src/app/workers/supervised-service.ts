/** A service of several processes: this one has the configuration, the keys, the admin listener and the workers. */
import { WarderError } from '../../errors.ts'
import type { LineStyle } from '../../observe/formats/line-style.ts'
import type { StyledLogger } from '../../observe/logger.ts'
import type { AdminListener } from '../../server/admin/admin-listener.ts'
import type { Settings } from '../../settings/definition.ts'
import { socketText } from '../../socket-address.ts'
import { openAdmin } from '../admin-listener.ts'
import type { AdminContext } from '../admin-rows.ts'
import type { Instance } from '../build-instance.ts'
import type { Reloadable } from '../reload.ts'
import { createServiceMetrics, type ServiceMetrics } from '../metrics/service-metrics.ts'
import { openSupervisedMetrics, type SupervisedParts } from '../metrics/supervised-metrics.ts'
import { freeSockets } from '../free-sockets.ts'
import { ServiceRecord } from '../service-record.ts'
import type { Service } from '../service.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { createSupervisorAnswers } from './supervisor-answers.ts'
import { WorkerGroup, type Generation } from './worker-group.ts'
import { createKeyRelay, type KeyRelay } from './key-relay.ts'
import { createPlanParts } from './plan-parts.ts'
import { createOwnPlan, type BoundAddresses, type PlanContext } from './plan.ts'
import { reserveAddresses, type Reservation } from './reserve-addresses.ts'
import { spawnWorker } from './worker-process.ts'
import type { Spawn } from './worker-slot.ts'

export type SupervisedService = Reloadable & Pick<Service, 'addresses' | 'record' | 'stop'>

export interface SupervisorDeps {
  readonly count: number
  readonly logger: StyledLogger
  /** How lines look with these settings; workers do not know the terminal. */
  readonly styleOf: (log: Settings['log']) => LineStyle
  /** Of this process, which fetches the keys. Default: none. */
  readonly tracing?: Tracing | undefined
  /** Default: new ones. */
  readonly metrics?: ServiceMetrics | undefined
  /** Takes what has to be called after every event of a key source. */
  readonly onKeys: (follow: () => void) => void
  /** Default: this program as another process. */
  readonly spawn?: Spawn | undefined
}

/**
 * Starts the workers, and resolves when all of them serve.
 *
 * @throws WarderError ERR_SERVER_LISTEN, ERR_SERVER_WORKER
 */
export async function openSupervised(first: Instance, deps: SupervisorDeps): Promise<SupervisedService> {
  const { listen, tracing } = first.config.settings
  await deps.tracing?.use(tracing)
  await freeSockets(listen)
  const reservation = await reserveAddresses(listen)
  try {
    return await startSupervised(first, reservation, deps)
  } catch (fault) {
    reservation.release()
    throw fault
  }
}

async function startSupervised(
  first: Instance,
  { bound, release }: Reservation,
  deps: SupervisorDeps,
): Promise<SupervisedService> {
  const { count, logger, styleOf, onKeys, tracing, spawn = spawnWorker } = deps
  const { metrics = createServiceMetrics(logger) } = deps
  let instance = first
  let isDraining = false
  let isStopped = false
  const record = new ServiceRecord()
  const relay = createKeyRelay()
  const generationOf = createGenerations({ count, bound, relay, styleOf })
  const parts: SupervisedParts = {
    instance: () => instance,
    workers: () => group.health,
    askAll: (question, asked) => group.askAll(question, asked),
  }
  const { page, replaced: metricsReplaced } = openSupervisedMetrics(metrics, parts, tracing)
  const context: AdminContext = {
    ...parts,
    record,
    isDraining: () => isDraining,
    addresses: () => addresses,
    metrics: page,
  }
  const admin = openAdmin(first.config.settings.listen.admin, context, logger)
  const addresses = addressesOf(bound, admin?.address)
  const group = openGroup(generationOf(first), relay, { count, spawn, logger, onKeys })
  await assertStarted(group, admin)
  return {
    addresses,
    record,
    get instance() {
      return instance
    },
    async replace(next) {
      const replaced = isStopped ? undefined : await group.replace(generationOf(next))
      if (!isStopped && replaced?.ok === false) return replaced.error
      // After the stop, nothing would ever end its key sources.
      if (isStopped) next.close()
      else {
        instance.close(next)
        instance = next
        relay.keep(next.guard.issuers)
        admin?.replaced()
        void tracing?.use(next.config.settings.tracing)
        metricsReplaced()
      }
      return undefined
    },
    async stop(drainMs) {
      isDraining = true
      await group.stop(drainMs)
      isStopped = true
      await Promise.all([admin?.stop(), tracing?.stop()])
      release()
      instance.close()
    },
  }
}

function openGroup(
  first: Generation,
  relay: KeyRelay,
  { count, spawn, logger, onKeys }: Pick<SupervisorDeps, 'count' | 'logger' | 'onKeys'> & { spawn: Spawn },
): WorkerGroup {
  const group = new WorkerGroup(first, {
    count,
    spawn,
    logger,
    onMessage: createSupervisorAnswers(relay),
    onLines: (text) => logger.relay(text),
  })
  onKeys(() => {
    const changed = relay.changes()
    if (changed.length > 0) group.tell({ kind: 'keys', changed })
  })
  return group
}

/** Numbers the configurations of the service. */
function createGenerations(context: PlanContext): (next: Instance) => Generation {
  let last = 0
  return (next) => {
    const number = ++last
    return {
      number,
      parts: createPlanParts(next.config.settings),
      planFor: (worker) => createOwnPlan(next, number, worker, context),
    }
  }
}

const addressesOf = (
  { decisions, gateway, grpc, spoe }: BoundAddresses,
  admin: string | undefined,
): readonly string[] => [
  socketText(decisions),
  ...(admin === undefined ? [] : [admin]),
  ...gateway.map(({ bound }) => socketText(bound)),
  ...(grpc === null ? [] : [socketText(grpc)]),
  ...(spoe === null ? [] : [socketText(spoe)]),
]

async function assertStarted(group: WorkerGroup, admin: AdminListener | undefined): Promise<void> {
  const started = await group.started
  if (started.ok) return
  await admin?.stop()
  const { code, message, hints } = started.error
  throw new WarderError(code, message, { hints })
}
