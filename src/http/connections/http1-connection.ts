/** A client's connection of HTTP/1.1: one request after the other, each with the rules of its time. */
import {
  HEAD_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  MAX_AT_ONCE,
  type ClientConnection,
  type ConnectionContext,
  type Serve,
} from './client-connection.ts'
import { keepAhead, type BytesAhead } from './bytes-ahead.ts'
import { Holding } from '../held-account.ts'
import type { Expiring } from '../deadlines.ts'
import { Http1HeadReader } from './http1-head.ts'
import { Http1Stream, type StreamEnd } from './http1-stream.ts'
import type { RequestFault } from '../messages/framing.ts'
import { announcesBody, type RequestHead } from '../messages/request-head.ts'
import {
  wholeAnswerText,
  writtenAnswerText,
  type AfterAnswer,
  type WrittenAnswer,
} from '../messages/whole-answer.ts'
import { NOBODY, type Wire, type WireEvents } from '../sockets/wire.ts'

/** How long a stopping listener waits for the first request of a connection. */
const FIRST_REQUEST_MS = 500
/** How long and how many bytes are read from a client that goes on sending after its last answer. */
const LINGER_MS = 2_000
const LINGER_BYTES = 1_048_576
/** Answers to pipelined requests are sent together, up to about this length. */
const GATHERED_LENGTH = 16_384
const NO_BYTES = Buffer.alloc(0)

export const serveHttp1 = (wire: Wire, context: ConnectionContext): ClientConnection =>
  new Http1Connection(wire, context)

/**
 * Each state has events of its own on the wire:
 *
 * - `#readingHead`: the connection waits for a head, or reads one.
 * - Serving: an `Http1Stream` has the events until its exchange ends.
 * - Awaiting the reader: the client has not read its answers yet, so no further request of it is read.
 * - Awaiting its turn: the client has pipelined so many requests that others are served first.
 * - Lingering: nothing more is sent, and what the client still sends is dropped.
 */
class Http1Connection implements ClientConnection {
  readonly #wire: Wire
  readonly #context: ConnectionContext
  readonly #head = new Http1HeadReader(() => this.#expireIn(HEAD_TIMEOUT_MS))
  /** For an incomplete head, and for requests that wait until answers are read. */
  readonly #holding: Holding
  readonly #expiring: Expiring
  readonly #readingHead: WireEvents
  readonly #onClose = (): void => this.#closed()
  readonly #onExchangeEnd = (end: StreamEnd): void => this.#exchangeEnded(end)
  /** Answers that are not handed to the wire yet. */
  #gathered = ''
  #isServing = false
  #hasServed = false
  /** Requests that were read since all others had their turn. */
  #atOnce = 0
  /** The client has sent its last byte, and some of its requests are not read yet. */
  #hasEnded = false
  #lingeredBytes = 0

  constructor(wire: Wire, context: ConnectionContext) {
    this.#wire = wire
    this.#context = context
    this.#holding = new Holding(context.held)
    wire.chargeTo(context.held)
    this.#expiring = { deadlineMs: 0, onDeadline: () => this.#late() }
    this.#expireIn(context.patience.firstMs)
    context.deadlines.add(this.#expiring)
    this.#readingHead = {
      onData: (bytes) => {
        this.#atOnce = 0
        this.#readHead(bytes)
      },
      onDrain() {},
      onEnd: () => {
        this.#linger()
        this.#wire.events.onEnd()
      },
      onClose: this.#onClose,
    }
    wire.events = this.#readingHead
  }

  // What the listener does.

  /** `Connection: close` comes with the next answer. */
  drain(): void {}

  stop(): void {
    if (this.#isServing) return
    // No answer has announced the end of the connection yet: the first request may be on its way.
    if (this.#hasServed) this.#linger()
    else this.#expireIn(FIRST_REQUEST_MS)
  }

  close(): void {
    this.#wire.close()
  }

  destroy(): void {
    this.#wire.destroy()
  }

  // One request after the other.

  #readHead(arrived: Buffer): void {
    for (let left: Buffer | undefined = arrived; left !== undefined;) left = this.#readRequest(left)
  }

  /** @returns What follows the request, if that is read now. */
  #readRequest(bytes: Buffer): Buffer | undefined {
    const step = this.#head.read(bytes)
    this.#holding.set(this.#head.heldBytes)
    if (step.kind === 'head') return this.#begin(step.head, step.rest)
    this.#send()
    if (step.kind === 'fault') this.#refuse(step.fault)
    else this.#awaitMore()
    return undefined
  }

  #awaitMore(): void {
    if (this.#hasEnded) this.#readingHead.onEnd()
    else if (this.#wire.hasWaiting) this.#awaitReader(NO_BYTES)
    // What follows an earlier request may have been left to the kernel.
    else this.#wire.resume()
  }

  #begin(head: RequestHead, rest: Buffer): Buffer | undefined {
    const { handler, isDraining } = this.#context
    const answer = announcesBody(head) ? undefined : handler.answerNow?.(head)
    this.#hasServed = true
    if (answer === undefined || typeof answer === 'function') {
      this.#send()
      this.#serve(head, rest, answer ?? handler.serve)
      return undefined
    }
    const after = isDraining() ? 'ends' : afterAnswer(head, answer)
    this.#gathered += writtenAnswerText(answer, head.method === 'HEAD', after)
    if (after !== 'ends') return this.#goOn(rest)
    this.#send()
    this.#linger()
    return undefined
  }

  /** @returns The next requests, if they are read now. */
  #goOn(rest: Buffer): Buffer | undefined {
    const context = this.#context
    this.#expireIn(context.patience.idleMs)
    // The connection becomes the last one that is closed in favour of others.
    context.onBusy()
    context.onIdle()
    const mayGoOn = rest.length > 0 && ++this.#atOnce < MAX_AT_ONCE
    if (mayGoOn && this.#gathered.length < GATHERED_LENGTH) return rest
    this.#send()
    if (rest.length === 0) this.#awaitMore()
    else if (this.#wire.hasWaiting) this.#awaitReader(rest)
    else if (mayGoOn) return rest
    else this.#awaitTurn(rest)
    return undefined
  }

  #send(): void {
    if (this.#gathered === '') return
    this.#wire.write(Buffer.from(this.#gathered, 'latin1'))
    this.#gathered = ''
  }

  #serve(head: RequestHead, rest: Buffer, serve: Serve): void {
    const context = this.#context
    this.#isServing = true
    context.onBusy()
    this.#expiring.deadlineMs = Infinity
    serve(new Http1Stream(this.#wire, head, rest, context, this.#onExchangeEnd))
    // Until it ends, all others have their turn.
    if (this.#isServing) this.#atOnce = 0
  }

  #exchangeEnded({ rest, connection }: StreamEnd): void {
    const wire = this.#wire
    this.#isServing = false
    if (connection === 'gone' || !wire.isOpen) {
      wire.events = { ...NOBODY, onClose: this.#onClose }
      if (wire.isOpen) wire.destroy()
      else this.#closed()
      return
    }
    if (connection === 'close' || this.#context.isStopping()) return this.#linger()
    this.#expireIn(this.#context.patience.idleMs)
    if (wire.hasWaiting) this.#awaitReader(rest)
    else this.#readNext(rest)
  }

  /** Reads no further request of a client that does not read its answers: they would pile up here. */
  #awaitReader(rest: Buffer): void {
    const ahead = this.#keep(rest)
    this.#wire.events = {
      ...this.#readingHead,
      onData: ahead.add,
      onDrain: (isEmpty) => {
        this.#expireIn(IDLE_TIMEOUT_MS)
        if (isEmpty) this.#readNext(ahead.take())
      },
    }
  }

  /** Reads the next request when all other connections had their turn. */
  #awaitTurn(rest: Buffer): void {
    const wire = this.#wire
    const ahead = this.#keep(rest)
    // Its requests have arrived: they are answered first.
    const onEnd = (): void => void (this.#hasEnded = true)
    const waiting = { ...this.#readingHead, onData: ahead.add, onEnd }
    wire.events = waiting
    setImmediate(() => {
      if (wire.events !== waiting) return
      wire.events = this.#readingHead
      this.#atOnce = 0
      this.#readHead(ahead.take())
    })
  }

  #keep(rest: Buffer): BytesAhead {
    return keepAhead(rest, this.#wire, this.#holding, this.#head.heldBytes)
  }

  #readNext(rest: Buffer): void {
    const wire = this.#wire
    this.#context.onIdle()
    if (rest.length > 0 && ++this.#atOnce >= MAX_AT_ONCE) return this.#awaitTurn(rest)
    wire.events = this.#readingHead
    // A turn of its own, so that a thousand pipelined requests are not a thousand frames deep.
    queueMicrotask(() => {
      if (wire.events !== this.#readingHead) return
      // Not sooner: what a TLS socket holds back would overtake the rest, which precedes it.
      if (rest.length === 0) this.#awaitMore()
      else this.#readHead(rest)
    })
  }

  // The end.

  #late(): void {
    if (this.#head.isEmpty) this.#wire.destroy()
    else this.#refuse({ status: 408, detail: 'the head took too long' })
  }

  /** Answers with the fault, and closes: the bytes behind it have no certain reading. */
  #refuse(fault: RequestFault): void {
    const answer = this.#context.handler.refuse(fault)
    this.#wire.write(Buffer.from(wholeAnswerText(answer, false, 'ends'), 'latin1'))
    this.#linger()
  }

  /** Sends no more, and reads on for a while: the client would lose its answer if the connection closed at once. */
  #linger(): void {
    const wire = this.#wire
    const expire = (isSent: boolean): void => this.#expireIn(isSent ? LINGER_MS : IDLE_TIMEOUT_MS)
    wire.events = {
      onData: (bytes) => {
        this.#lingeredBytes += bytes.length
        if (this.#lingeredBytes > LINGER_BYTES) wire.close()
      },
      onDrain: expire,
      // The client may still read.
      onEnd: () => {
        if (!wire.hasWaiting) wire.close()
      },
      onClose: this.#onClose,
    }
    this.#expiring.onDeadline = () => wire.close()
    expire(!wire.hasWaiting)
    wire.resume()
    wire.finish()
  }

  #closed(): void {
    this.#context.deadlines.remove(this.#expiring)
    this.#context.onClose()
  }

  #expireIn(ms: number): void {
    this.#expiring.deadlineMs = performance.now() + ms
  }
}

const afterAnswer = (head: RequestHead, { isLast }: WrittenAnswer): AfterAnswer =>
  isLast === true ? 'ends' : head.wantsKeepAlive ? 'stays_for_http10' : head.wantsClose ? 'ends' : 'stays'
