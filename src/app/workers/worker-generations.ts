/** The configurations of a worker: the one that it serves, and the next one, which is built beside it. */
import { WarderError } from '../../errors.ts'
import type { Stores } from '../../decision/stores.ts'
import type { Logger } from '../../observe/logger.ts'
import type { Rest } from '../../slices.ts'
import type { ServingInstance } from '../build-instance.ts'
import { createRest } from '../loading/rest.ts'
import { openService, type Service } from '../service.ts'
import type { FromWorker, SharedFault } from './messages.ts'
import type { Mirrors } from './mirrors.ts'
import type { Plan } from './plan.ts'
import { buildWorkerInstance } from './worker-instance.ts'

export interface WorkerGenerations {
  /** Builds a configuration, and reports whether it can be served. */
  prepare(plan: Plan): Promise<void>
  /** Puts the built configuration in force; the first one opens the listeners. */
  serve(generation: number): Promise<void>
  forget(generation: number): void
  stop(drainMs: number): Promise<void>
}

export interface WorkerDeps {
  readonly logger: Logger
  readonly mirrors: Mirrors
  readonly stores: Stores
  readonly send: (message: FromWorker) => void
}

/** Nobody waits for decisions of a worker that does not serve yet. */
const NO_REST: Rest = () => undefined

export function createWorkerGenerations({ logger, mirrors, stores, send }: WorkerDeps): WorkerGenerations {
  let service: Service<ServingInstance> | undefined
  /** The generation that is being built, or was built last. */
  let wanted: number | undefined
  let prepared: { readonly plan: Plan; readonly instance: ServingInstance } | undefined
  const refuse = (generation: number, thrown: unknown): void =>
    send({ kind: 'refused', generation, fault: toFault(thrown) })
  const putInForce = async (plan: Plan, instance: ServingInstance): Promise<void> => {
    // Before anything is waited for: a next plan may bring mirrors meanwhile.
    mirrors.keep(plan.sources)
    if (service === undefined) service = await openService(instance, logger, stores, plan.holdsUnixSockets)
    else service.swap(instance)
  }
  return {
    async prepare(plan) {
      const { generation } = plan
      wanted = generation
      try {
        const rest = service === undefined ? NO_REST : createRest()
        const instance = await buildWorkerInstance(plan, mirrors, rest)
        // Forgotten meanwhile, or replaced by another one.
        if (wanted !== generation) return
        prepared = { plan, instance }
        send({ kind: 'prepared', generation })
      } catch (thrown) {
        refuse(generation, thrown)
      }
    },
    async serve(generation) {
      if (prepared?.plan.generation !== generation) return
      const { plan, instance } = prepared
      prepared = undefined
      try {
        await putInForce(plan, instance)
        send({ kind: 'serving', generation })
      } catch (thrown) {
        refuse(generation, thrown)
      }
    },
    forget(generation) {
      if (wanted === generation) wanted = undefined
      if (prepared?.plan.generation === generation) prepared = undefined
    },
    async stop(drainMs) {
      await service?.stop(drainMs)
    },
  }
}

function toFault(thrown: unknown): SharedFault {
  if (thrown instanceof WarderError)
    return { code: thrown.code, message: thrown.message, hints: thrown.hints }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return { code: 'ERR_SERVER_WORKER', message, hints: [] }
}
