/** A connection of HAProxy that speaks SPOP: a handshake, then questions, which are answered in any order. */
import {
  ackFrame,
  agentHelloFrame,
  disconnectFrame,
  isSpopStatus,
  MAX_FRAME_BYTES,
  readSpopFrame,
  readSpopHello,
  SPOP_STATUS,
  SPOP_TYPE,
  type SpopFrame,
  type SpopHello,
  type SpopStatus,
} from '../../callers/spoe/spop-frame.ts'
import { MalformedFrame } from '../../callers/spoe/spop-reader.ts'
import {
  HEAD_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  MAX_AT_ONCE,
  type ClientConnection,
  type ConnectionContext,
} from '../../http/connections/client-connection.ts'
import type { Expiring } from '../../http/deadlines.ts'
import { Holding } from '../../http/held-account.ts'
import type { Wire } from '../../http/sockets/wire.ts'
import { FrameCollector } from './frame-collector.ts'
import type { SpopJudge } from './judge-method.ts'

export interface SpopService {
  /** Returns the one in force. */
  readonly judge: () => SpopJudge
  /** HAProxy broke the protocol, and the connection ends. */
  readonly onFault: (status: SpopStatus) => void
}

/** Questions of one connection that wait for keys; HAProxy before 3.1 has 20 at once at most. */
const MAX_PENDING = 256
/** What a question occupies while it waits. */
const PENDING_BYTES = 8_192
const GATHERED_LENGTH = 16_384
/** How long and how many bytes are read from a peer after the last frame. */
const LINGER_MS = 2_000
const LINGER_BYTES = 1_048_576
/** Type and flags. */
const FRAME_HEAD_BYTES = 5

type Context = Omit<ConnectionContext, 'handler'>

export class SpopConnection implements ClientConnection {
  readonly #wire: Wire
  readonly #context: Context
  readonly #service: SpopService
  readonly #frames = new FrameCollector()
  readonly #holding: Holding
  readonly #expiring: Expiring
  #hello: SpopHello | undefined
  /** Frames that are not handed to the wire yet. */
  #gathered = ''
  #pending = 0
  #isPaused = false
  #hasServed = false
  #isOver = false
  /** When a frame that has begun must be whole. */
  #wholeByMs: number | undefined

  constructor(wire: Wire, context: Context, service: SpopService) {
    this.#wire = wire
    this.#context = context
    this.#service = service
    this.#holding = new Holding(context.held)
    wire.chargeTo(context.held)
    this.#expiring = { deadlineMs: performance.now() + HEAD_TIMEOUT_MS, onDeadline: () => this.#late() }
    context.deadlines.add(this.#expiring)
    wire.events = {
      onData: (bytes) => {
        this.#frames.add(bytes)
        if (!this.#isPaused) this.#read()
        else this.#hold()
      },
      onDrain: (isEmpty) => {
        if (isEmpty) this.#goOn()
        else this.#expiring.deadlineMs = performance.now() + IDLE_TIMEOUT_MS
      },
      onEnd: () => wire.close(),
      onClose: () => this.#closed(),
    }
  }

  /** An answer that HAProxy waits for is the last one; so is the first one on a new connection. */
  drain(): void {
    if (this.#hasServed) this.stop()
  }

  stop(): void {
    if (this.#pending === 0 && !this.#isPaused && this.#frames.length === 0) this.#end(SPOP_STATUS.normal)
  }

  close(): void {
    this.#wire.close()
  }

  destroy(): void {
    this.#wire.destroy()
  }

  #read(): void {
    for (let count = 0; !this.#isOver; count++) {
      if (count === MAX_AT_ONCE) return this.#awaitTurn()
      if (this.#pending >= MAX_PENDING) return this.#pause()
      const bytes = this.#frames.next(this.#hello?.maxFrameBytes ?? MAX_FRAME_BYTES)
      if (bytes === undefined) break
      this.#wholeByMs = undefined
      if (bytes === 'too_big') return this.#fail(SPOP_STATUS.tooBig)
      this.#take(bytes)
      if (this.#gathered.length > GATHERED_LENGTH && !this.#send()) return this.#pause()
    }
    if (this.#isOver) return
    if (!this.#send()) this.#pause()
    else this.#settle()
  }

  #take(bytes: Buffer): void {
    const frame = readSpopFrame(bytes)
    if (isSpopStatus(frame)) return this.#fail(frame)
    if (frame.type === SPOP_TYPE.disconnect) return this.#end(SPOP_STATUS.normal)
    const isGreeted = this.#hello !== undefined
    if (frame.type === SPOP_TYPE.hello && !isGreeted) return this.#greet(frame)
    if (frame.type === SPOP_TYPE.notify && isGreeted) return this.#judge(frame)
    this.#fail(SPOP_STATUS.invalid)
  }

  #greet({ payload }: SpopFrame): void {
    const hello = readSpopHello(payload)
    if (isSpopStatus(hello)) return this.#fail(hello)
    this.#hello = hello
    // A check that fails makes HAProxy ask elsewhere, before this Warder stops.
    if (hello.isHealthCheck && this.#context.isDraining()) return this.#end(SPOP_STATUS.normal)
    this.#gathered += agentHelloFrame(hello)
    if (hello.isHealthCheck) this.#finish()
  }

  #judge({ ids, payload }: SpopFrame): void {
    const maxBytes = (this.#hello?.maxFrameBytes ?? 0) - FRAME_HEAD_BYTES - ids.length
    const judge = this.#service.judge()
    let actions: string | Promise<string>
    try {
      actions = judge.judge(payload, this.#wire.peer, maxBytes)
    } catch (fault) {
      if (fault instanceof MalformedFrame) return this.#fail(SPOP_STATUS.invalid)
      actions = judge.failed(maxBytes)
    }
    this.#hasServed = true
    this.#context.onBusy()
    if (typeof actions === 'string') this.#gathered += ackFrame(ids, actions)
    else
      this.#judgeLater(
        ids,
        actions.catch(() => judge.failed(maxBytes)),
      )
  }

  #judgeLater(ids: string, answer: Promise<string>): void {
    this.#pending++
    this.#context.held.add(PENDING_BYTES)
    void answer.then((actions) => {
      this.#pending--
      this.#context.held.add(-PENDING_BYTES)
      if (this.#isOver || !this.#wire.isOpen) return
      this.#gathered += ackFrame(ids, actions)
      this.#goOn()
    })
  }

  /** @returns False when the peer must first read what was sent. */
  #send(): boolean {
    if (this.#gathered !== '') this.#wire.write(Buffer.from(this.#gathered, 'latin1'))
    this.#gathered = ''
    return !this.#wire.hasWaiting
  }

  /** Reads no more until answers are read or known: questions would pile up here. */
  #pause(): void {
    this.#isPaused = true
    this.#wire.pause()
    this.#send()
    this.#hold()
    this.#expiring.deadlineMs = this.#wire.hasWaiting ? performance.now() + IDLE_TIMEOUT_MS : Infinity
  }

  /** Reads on when all other connections had their turn. */
  #awaitTurn(): void {
    this.#pause()
    setImmediate(() => this.#goOn())
  }

  #goOn(): void {
    if (this.#isOver || !this.#wire.isOpen) return
    if (!this.#send()) return this.#pause()
    this.#isPaused = false
    this.#wire.resume()
    this.#read()
  }

  /** Nothing is left to read. */
  #settle(): void {
    const context = this.#context
    this.#hold()
    if (this.#pending > 0) {
      this.#expiring.deadlineMs = Infinity
    } else {
      if (this.#hello !== undefined) context.onIdle()
      const idleMs = this.#hello === undefined ? HEAD_TIMEOUT_MS : context.patience.idleMs
      this.#expiring.deadlineMs = performance.now() + idleMs
    }
    if (this.#frames.length > 0 || this.#hello === undefined) {
      this.#wholeByMs ??= performance.now() + HEAD_TIMEOUT_MS
      this.#expiring.deadlineMs = this.#wholeByMs
    } else if (this.#pending === 0 && this.#hasServed && context.isDraining()) this.#end(SPOP_STATUS.normal)
  }

  #hold(): void {
    this.#holding.set(this.#frames.length === 0 ? 0 : this.#frames.heldBytes)
  }

  // The end.

  #late(): void {
    if (this.#wire.hasWaiting) this.#wire.destroy()
    else if (this.#hello === undefined || this.#frames.length > 0) this.#fail(SPOP_STATUS.late)
    else this.#end(SPOP_STATUS.normal)
  }

  #fail(status: SpopStatus): void {
    this.#service.onFault(status)
    this.#end(status)
  }

  /** HAProxy denies the requests that it still waits for. */
  #end(status: SpopStatus): void {
    if (this.#isOver) return
    this.#gathered += disconnectFrame(status)
    this.#finish()
  }

  /** Sends no more, and reads on for a while: the peer would lose its last frame if the connection closed at once. */
  #finish(): void {
    const wire = this.#wire
    let lingered = 0
    this.#isOver = true
    this.#send()
    this.#holding.set(0)
    wire.events = {
      onData: (bytes) => {
        lingered += bytes.length
        if (lingered > LINGER_BYTES) wire.close()
      },
      onDrain() {},
      onEnd: () => wire.close(),
      onClose: () => this.#closed(),
    }
    this.#expiring.onDeadline = () => wire.destroy()
    this.#expiring.deadlineMs = performance.now() + LINGER_MS
    wire.resume()
    wire.finish()
  }

  #closed(): void {
    this.#isOver = true
    this.#context.deadlines.remove(this.#expiring)
    this.#context.onClose()
  }
}
