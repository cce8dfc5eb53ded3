/** The configurations of a worker: the one that it serves, and the next one, which is built beside it. */
import type { ProcessAnswers, QuestionKind } from '../../admin/questions.ts'
import { WarderError } from '../../errors.ts'
import type { Stores } from '../../decision/stores.ts'
import type { StyledLogger } from '../../observe/logger.ts'
import type { Rest } from '../../slices.ts'
import type { ServingInstance } from '../build-instance.ts'
import { createRest } from '../loading/rest.ts'
import { openService, type PreparedSwap, type Service } from '../service.ts'
import { createServiceMetrics, type ServiceMetrics } from '../metrics/service-metrics.ts'
import type { FromWorker, SharedFault } from './messages.ts'
import type { Mirrors } from './mirrors.ts'
import { createPlanArrival, type PlanArrival } from './plan-arrival.ts'
import type { OwnPlan, Plan } from './plan.ts'
import { buildWorkerInstance } from './worker-instance.ts'

export interface WorkerDeps {
  readonly logger: StyledLogger
  readonly mirrors: Mirrors
  readonly stores: Stores
  readonly send: (message: FromWorker) => void
}

/** Nobody waits for decisions of a worker that does not serve yet. */
const NO_REST: Rest = () => undefined

/** A configuration that can be served. */
interface Prepared {
  readonly plan: Plan
  readonly instance: ServingInstance
  /** Undefined if it is the first one. */
  readonly swap: PreparedSwap | undefined
}

export class WorkerGenerations {
  readonly #deps: WorkerDeps
  readonly #arrival: PlanArrival
  readonly #metrics: ServiceMetrics
  #opening: Promise<Service<ServingInstance>> | undefined
  /** The generation that is being built, or was built last. */
  #wanted: number | undefined
  #prepared: Prepared | undefined
  #building: Promise<void> = Promise.resolve()

  constructor(deps: WorkerDeps) {
    this.#deps = deps
    this.#metrics = createServiceMetrics(deps.logger)
    this.#arrival = createPlanArrival(deps.send)
  }

  /** Asks for the parts of a configuration. */
  prepare(generation: number): void {
    this.#drop()
    this.#wanted = generation
    this.#arrival.begin(generation)
  }

  takePart(generation: number, bytes: Uint8Array): void {
    this.#arrival.takePart(generation, bytes)
  }

  /** Builds the configuration, whose parts are all there, and reports whether it can be served. */
  build(own: OwnPlan): void {
    const plan = this.#arrival.finish(own)
    if (plan === undefined) return
    // Before anything is waited for: newer keys may follow.
    this.#deps.mirrors.take(plan)
    // One at a time: one that was forgotten may not have ended.
    this.#building = this.#building.then(() => this.#build(plan))
  }

  /** Puts the built configuration in force; the first one opens the listeners. */
  async serve(generation: number): Promise<void> {
    if (this.#prepared?.plan.generation !== generation) return
    const { logger, mirrors, stores, send } = this.#deps
    const { plan, instance, swap } = this.#prepared
    this.#prepared = undefined
    try {
      // Before anything is waited for: a next plan may bring mirrors meanwhile.
      mirrors.keep(plan.sources)
      logger.setStyle(plan.lineStyle)
      if (swap === undefined) {
        this.#opening = openService(instance, logger, stores, plan.holdsUnixSockets, undefined, this.#metrics)
        await this.#opening
      } else swap.putInForce()
      send({ kind: 'serving', generation })
    } catch (thrown) {
      this.#refuse(generation, thrown)
    }
  }

  forget(generation: number): void {
    this.#arrival.stop(generation)
    if (this.#wanted === generation) this.#wanted = undefined
    if (this.#prepared?.plan.generation === generation) this.#drop()
  }

  /** JSON; undefined if this process does not serve, or has a bug there: the others answer. */
  async answer(question: QuestionKind, asked: unknown): Promise<string | undefined> {
    try {
      const service = await this.#opening
      if (service === undefined) return undefined
      const answer = service.answers[question] as (asked: unknown) => ReturnType<ProcessAnswers[QuestionKind]>
      return JSON.stringify(await answer(asked))
    } catch {
      return undefined
    }
  }

  async stop(drainMs: number): Promise<void> {
    const service = await this.#opening?.catch(() => undefined)
    await service?.stop(drainMs)
  }

  async #build(plan: Plan): Promise<void> {
    const { generation } = plan
    if (this.#wanted !== generation) return
    try {
      const service = await this.#opening
      const rest = service === undefined ? NO_REST : createRest()
      const instance = await buildWorkerInstance(plan, this.#deps.mirrors, rest)
      const swap = await service?.prepare(instance, rest)
      // Forgotten meanwhile, or replaced by another one.
      if (this.#wanted !== generation) return swap?.discard()
      this.#prepared = { plan, instance, swap }
      this.#deps.send({ kind: 'prepared', generation })
    } catch (thrown) {
      this.#refuse(generation, thrown)
    }
  }

  #drop(): void {
    this.#prepared?.swap?.discard()
    this.#prepared = undefined
  }

  #refuse(generation: number, thrown: unknown): void {
    this.#deps.send({ kind: 'refused', generation, fault: toFault(thrown) })
  }
}

function toFault(thrown: unknown): SharedFault {
  if (thrown instanceof WarderError)
    return { code: thrown.code, message: thrown.message, hints: thrown.hints }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return { code: 'ERR_SERVER_WORKER', message, hints: [] }
}
