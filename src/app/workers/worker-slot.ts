/** The place of one worker: its process, and the next one after its end. */
import type { WorkerHealth } from '../../admin/health.ts'
import type { Logger } from '../../observe/logger.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import { createBackoff } from './restart-backoff.ts'
import type { WorkerEvents, WorkerProcess } from './worker-process.ts'

/** How a process is started. */
export type Spawn = (number: number, events: WorkerEvents) => WorkerProcess

/** What a worker reports, besides signs of life. */
export type WorkerMessage = Exclude<FromWorker, { readonly kind: 'pong' }>

export interface SlotEvents {
  onMessage(slot: WorkerSlot, message: WorkerMessage): void
  /** Whole lines of its log. Resolves when more are welcome; undefined: at once. */
  onLines(text: string): Promise<void> | undefined
  /** Its process ended unasked. Returns whether another one is started. */
  onLost(slot: WorkerSlot, how: string): boolean
}

/** Generations of a process: told to build, built, told to serve, serving; 0 for none. */
interface Generations {
  asked: number
  prepared: number
  told: number
  serving: number
}

/** Longest time until a process has loaded the program, in milliseconds: a busy machine, and some. */
const START_WAIT_MS = 30_000
/** The supervisor asks each worker for a sign of life so often, in milliseconds. */
const PING_INTERVAL_MS = 1_000
/**
 * Unanswered questions until a worker is killed: a stuck one keeps its share of the connections waiting. Proxies wait
 * three seconds for a decision (`proxy_read_timeout` of the nginx text), so no answer is lost by it. A reload of
 * 100,000 routes holds up a worker for half a second.
 */
const MAX_UNANSWERED = 4
/** The same for one that does not serve yet: its first configuration may keep it busy. */
const MAX_UNANSWERED_BEFORE = 30
/** Beyond the drain, in milliseconds: longer than any listener waits for its answers. Then a stopping worker is killed. */
const STOP_PATIENCE_MS = 40_000

export class WorkerSlot {
  readonly number: number
  readonly generations: Generations = { asked: 0, prepared: 0, told: 0, serving: 0 }
  readonly #spawn: Spawn
  readonly #logger: Logger
  readonly #events: SlotEvents
  readonly #backoff = createBackoff(() => performance.now())
  readonly #pinging: ReturnType<typeof setInterval>
  #process: WorkerProcess | undefined
  #isStarted = false
  #isStopped = false
  #unanswered = 0
  /** Why the process was killed, if the supervisor did it. */
  #why: string | undefined
  #lastEnd: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #ended: Promise<void> = Promise.resolve()

  /** Starts the first process. */
  constructor(number: number, spawn: Spawn, logger: Logger, events: SlotEvents) {
    this.number = number
    this.#spawn = spawn
    this.#logger = logger
    this.#events = events
    this.#pinging = setInterval(() => this.#ping(), PING_INTERVAL_MS)
    this.#start()
  }

  /** Whether a process is there and has loaded the program. */
  get isStarted(): boolean {
    return this.#isStarted
  }

  get isServing(): boolean {
    return this.generations.serving > 0
  }

  get health(): WorkerHealth {
    const { isServing } = this
    return {
      number: this.number,
      pid: this.#process?.pid,
      isServing,
      lastEnd: isServing ? undefined : this.#lastEnd,
    }
  }

  send(message: ToWorker): void {
    this.#process?.send(message)
  }

  /** Ends the process for a reason; another one is started. */
  fail(why: string): void {
    this.#why ??= why
    this.#process?.kill()
  }

  /** Ends the process for good: after `drainMs` and what it has promised, or at once if it does not serve. */
  async stop(drainMs: number): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    clearInterval(this.#pinging)
    if (this.isServing) this.send({ kind: 'stop', drainMs })
    else this.#process?.kill()
    const late = setTimeout(() => this.#process?.kill(), drainMs + STOP_PATIENCE_MS)
    await this.#ended
    clearTimeout(late)
  }

  #start(): void {
    this.#unanswered = 0
    this.#why = undefined
    this.#backoff.started()
    const process = this.#spawn(this.number, {
      onMessage: (message) => this.#take(message),
      onLines: (text) => this.#events.onLines(text),
    })
    this.#process = process
    this.#timer = setTimeout(() => this.fail('it did not start in time'), START_WAIT_MS)
    this.#ended = process.ended.then((how) => this.#lose(process.pid, this.#why ?? how))
  }

  #take(message: FromWorker): void {
    if (typeof message === 'string') return this.#events.onMessage(this, message)
    if (message.kind === 'pong') {
      this.#unanswered = 0
      return
    }
    if (message.kind === 'started') {
      this.#isStarted = true
      clearTimeout(this.#timer)
    }
    this.#events.onMessage(this, message)
  }

  #lose(pid: number | undefined, how: string): void {
    clearTimeout(this.#timer)
    this.#process = undefined
    this.#isStarted = false
    Object.assign(this.generations, { asked: 0, prepared: 0, told: 0, serving: 0 })
    this.#lastEnd = how
    if (this.#isStopped || !this.#events.onLost(this, how)) return
    const waitMs = this.#backoff.waitMs()
    this.#logger.warn(
      { event: 'worker', worker: this.number, pid, cause: how, restart_ms: waitMs },
      'a worker ended and is replaced',
    )
    this.#timer = setTimeout(() => this.#start(), waitMs)
  }

  #ping(): void {
    if (!this.#isStarted) return
    // Counted, not timed: after a machine has slept, every process gets its time to answer.
    const most = this.isServing ? MAX_UNANSWERED : MAX_UNANSWERED_BEFORE
    if (this.#unanswered >= most) return this.fail('it did not answer')
    this.#unanswered++
    this.send({ kind: 'ping' })
  }
}
