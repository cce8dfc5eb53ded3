/** The workers of a service: all serve one generation of the configuration, and each that ends is replaced. */
import type { WorkerHealth } from '../../admin/health.ts'
import type { AskAll } from '../../admin/questions.ts'
import type { Logger } from '../../observe/logger.ts'
import { ok, type Result } from '../../result.ts'
import { Change, workerFault } from './change.ts'
import { readText, type SharedFault, type ToWorker } from './messages.ts'
import type { PlanParts } from './plan-parts.ts'
import type { OwnPlan } from './plan.ts'
import { createQuestions } from './questions.ts'
import { WorkerSlot, type SlotEvents, type Spawn, type WorkerMessage } from './worker-slot.ts'

/** A configuration for all workers. */
export interface Generation {
  readonly number: number
  readonly parts: PlanParts
  /** What else a worker needs, with the keys of this moment. */
  readonly planFor: (worker: number) => OwnPlan
}

export interface WorkerGroupDeps {
  readonly count: number
  readonly spawn: Spawn
  readonly logger: Logger
  /** What a worker reports besides the state of its configuration. */
  readonly onMessage: (slot: WorkerSlot, message: WorkerMessage) => void
  readonly onLines: SlotEvents['onLines']
}

/** Longest wait for the answer of a worker, in milliseconds: a reload keeps it busy for less. */
const ANSWER_WAIT_MS = 2_000

export class WorkerGroup {
  /** Resolves when all workers serve, or with the first reason why one cannot: then none is left. */
  readonly started: Promise<Result<void, SharedFault>>
  readonly #deps: WorkerGroupDeps
  readonly #slots: readonly WorkerSlot[]
  readonly #questions = createQuestions<string>()
  #inForce: Generation
  /** Being built. */
  #next: Generation | undefined
  #change: Change | undefined
  #isStarting = true

  /** Starts the workers. */
  constructor(first: Generation, deps: WorkerGroupDeps) {
    this.#deps = deps
    this.#inForce = first
    this.#slots = Array.from(
      { length: deps.count },
      (_, i) =>
        new WorkerSlot(i + 1, deps.spawn, deps.logger, {
          onMessage: (slot, message) => this.#take(slot, message),
          onLost: (slot, how) => this.#lose(slot, how),
          onLines: deps.onLines,
        }),
    )
    this.started = this.#begin(first.number, 'switch', this.#slots).then(async (result) => {
      if (result.ok) this.#isStarting = false
      else await this.stop(0)
      return result
    })
  }

  get health(): readonly WorkerHealth[] {
    return this.#slots.map((slot) => slot.health)
  }

  /**
   * Puts a generation in force: every worker builds it, then all switch. If one cannot build it, or ends meanwhile, none
   * switches.
   */
  async replace(next: Generation): Promise<Result<void, SharedFault>> {
    const serving = this.#slots.filter((slot) => slot.isServing)
    this.#next = next
    const building = this.#begin(next.number, 'build', serving)
    for (const slot of serving) prepare(slot, next)
    const built = await building
    this.#next = undefined
    if (!built.ok) {
      for (const slot of serving) this.#forget(slot, next)
      return built
    }
    this.#inForce = next
    const stillThere = serving.filter((slot) => slot.isServing)
    const switching = this.#begin(next.number, 'switch', stillThere)
    for (const slot of this.#slots) this.#advance(slot)
    // A worker that does not switch is stuck, and will be killed.
    await switching
    return ok(undefined)
  }

  /** Sends a message to all workers that have loaded the program. */
  tell(message: ToWorker): void {
    for (const slot of this.#slots) if (slot.isStarted) slot.send(message)
  }

  /** Asks all workers that serve; see {@link AskAll}. */
  readonly askAll: AskAll = async (question, asked) => {
    const serving = this.#slots.filter((slot) => slot.isServing)
    const told = await Promise.all(
      serving.map((slot) => {
        const late = Promise.withResolvers<undefined>()
        const timer = setTimeout(() => late.resolve(undefined), ANSWER_WAIT_MS)
        const answer = this.#questions.ask((id) => slot.send({ kind: 'ask', id, question, asked }))
        return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer))
      }),
    )
    // Of this program's own process, so of the type of the question.
    return told.flatMap((text) => (text === undefined ? [] : [readText(text) as never]))
  }

  /** Lets every worker drain and end. */
  async stop(drainMs: number): Promise<void> {
    this.#change?.fail(workerFault('the service is stopping'))
    await Promise.all(this.#slots.map((slot) => slot.stop(drainMs)))
  }

  async #begin(...change: ConstructorParameters<typeof Change>): Promise<Result<void, SharedFault>> {
    const begun = new Change(...change)
    this.#change = begun
    const result = await begun.settled
    this.#change = undefined
    return result
  }

  #take(slot: WorkerSlot, message: WorkerMessage): void {
    const { generations } = slot
    if (typeof message === 'string') return this.#deps.onMessage(slot, message)
    switch (message.kind) {
      case 'started':
        return this.#advance(slot)
      case 'next':
        return this.#sendPart(slot, message.generation, message.place)
      case 'prepared':
        generations.prepared = message.generation
        this.#freeParts()
        return this.#report(slot, 'build', message.generation)
      case 'serving':
        generations.serving = message.generation
        return this.#report(slot, 'switch', message.generation)
      case 'told':
        return this.#questions.answered(message.id, message.answer)
      case 'refused':
        return this.#refuse(slot, message.generation, message.fault)
      default:
        return this.#deps.onMessage(slot, message)
    }
  }

  #sendPart(slot: WorkerSlot, number: number, place: number): void {
    const generation = [this.#inForce, this.#next].find((one) => one?.number === number)
    // One that all have been told to forget.
    if (generation === undefined) return
    const bytes = generation.parts.at(place)
    if (bytes === undefined) slot.send({ kind: 'plan', plan: generation.planFor(slot.number) })
    else slot.send({ kind: 'part', generation: number, bytes })
  }

  /** They are needed again for a process that starts later. */
  #freeParts(): void {
    for (const generation of [this.#inForce, this.#next])
      if (this.#slots.every(({ generations }) => generations.prepared === generation?.number))
        generation?.parts.free()
  }

  #report(slot: WorkerSlot, step: Change['step'], generation: number): void {
    if (this.#change?.step === step && this.#change.generation === generation) this.#change.report(slot)
    // Not to a generation that is not in force yet, nor back from it.
    if (generation <= this.#inForce.number) this.#advance(slot)
  }

  /** Brings a worker to the generation in force, step by step. */
  #advance(slot: WorkerSlot): void {
    const { generations } = slot
    const { number } = this.#inForce
    if (!slot.isStarted || generations.told === number) return
    if (generations.prepared === number) {
      generations.told = number
      slot.send({ kind: 'serve', generation: number })
    } else if (generations.asked !== number) prepare(slot, this.#inForce)
  }

  #refuse(slot: WorkerSlot, generation: number, fault: SharedFault): void {
    if (this.#change?.generation === generation && this.#change.waitsFor(slot))
      return this.#change.fail(fault)
    // One that all have been told to forget.
    if (generation !== this.#inForce.number) return
    this.#deps.logger.error(
      { event: 'worker', worker: slot.number, code: fault.code, detail: fault.message },
      'a worker cannot use the configuration in force',
    )
    slot.fail(fault.message)
  }

  #forget(slot: WorkerSlot, { number }: Generation): void {
    // One that has ended meanwhile starts from the beginning.
    if (slot.generations.asked !== number) return
    slot.generations.asked = this.#inForce.number
    slot.send({ kind: 'forget', generation: number })
  }

  /** @returns Whether it is replaced. */
  #lose(slot: WorkerSlot, how: string): boolean {
    if (this.#change?.waitsFor(slot) === true) {
      // A switch goes on without it: the next process starts with the new generation.
      if (this.#change.step === 'switch' && !this.#isStarting) this.#change.report(slot)
      else this.#change.fail(lostFault(slot.number, how))
    }
    return !this.#isStarting
  }
}

function prepare(slot: WorkerSlot, { number }: Generation): void {
  slot.generations.asked = number
  slot.send({ kind: 'prepare', generation: number })
}

const lostFault = (worker: number, how: string): SharedFault =>
  workerFault(
    `worker ${worker} ended while it built the configuration: ${how}`,
    'its last log lines may say why',
  )
