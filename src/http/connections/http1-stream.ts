/** One exchange on an HTTP/1.1 connection: the body by its framing, the answer in a head and chunks of text. */
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'
import { createBodyReader, type BodyReader } from '../messages/body-reader.ts'
import { BodyWriter } from '../messages/body-writer.ts'
import type { ConnectionContext } from './client-connection.ts'
import { NO_CLIENT_EVENTS, type AnswerHead, type ClientEvents, type ClientStream } from './client-stream.ts'
import { Holding, type HeldAccount } from '../held-account.ts'
import type { RequestHead } from '../messages/request-head.ts'
import { lineOf } from '../messages/read-field.ts'
import type { ResponseHead } from '../messages/response-head.ts'
import { wholeAnswerText, type WholeAnswer } from '../messages/whole-answer.ts'
import type { Wire, WireEvents } from '../sockets/wire.ts'

/** What is left of the connection when an exchange has ended. */
export interface StreamEnd {
  /** Bytes of the client that follow the request. */
  readonly rest: Buffer
  /** `next`: another request may follow. `close`: the connection ends after what was sent. `gone`: it has ended. */
  readonly connection: 'next' | 'close' | 'gone'
}

/** Asks a client with `Expect: 100-continue` for its body. */
const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n')
const NO_BYTES = Buffer.alloc(0)
const NO_PARTS: readonly Buffer[] = []
const INVALID_CHUNK = 'invalid chunk'
/** While a client is paused, its leaving goes unnoticed: so the next request or two are read ahead. */
export const MAX_AHEAD_BYTES = 8_192

/** Takes over the events of the client's wire until `ended` is called, once. */
export class Http1Stream implements ClientStream, WireEvents {
  events: ClientEvents = NO_CLIENT_EVENTS
  readonly isHttp2 = false
  readonly head: RequestHead
  readonly peer: string
  readonly held: HeldAccount
  readonly #wire: Wire
  readonly #isLast: () => boolean
  readonly #ended: (end: StreamEnd) => void
  readonly #body: BodyReader
  /** For the head while it is needed, and for the rest. */
  readonly #holding: Holding
  /** Bytes that were not handed over: of the body before `open`, of the next request behind it. */
  #rest: Buffer
  #writer: BodyWriter | undefined
  #isOpen = false
  #isTunnel = false
  #keepAlive = false

  constructor(
    wire: Wire,
    head: RequestHead,
    rest: Buffer,
    { held, isDraining }: Pick<ConnectionContext, 'held' | 'isDraining'>,
    ended: (end: StreamEnd) => void,
  ) {
    this.#wire = wire
    this.head = head
    this.peer = wire.peer
    this.held = held
    this.#holding = new Holding(held)
    this.#rest = NO_BYTES
    this.#isLast = isDraining
    this.#ended = ended
    this.#body = createBodyReader(head.framing)
    wire.events = this
    this.#keep(rest)
  }

  get isBodyDone(): boolean {
    return this.#body.isDone
  }

  get goesOn(): boolean {
    return this.#keepAlive
  }

  get contentBytes(): number {
    return this.#writer?.contentBytes ?? 0
  }

  // What the client does.

  onData(bytes: Buffer): void {
    if (this.#isTunnel) return this.events.onContent([bytes])
    if (this.#isOpen && !this.#body.isDone) {
      const parts = this.#read(bytes)
      return parts === undefined ? this.events.onBroken(INVALID_CHUNK) : this.events.onContent(parts)
    }
    this.#keep(this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]))
  }

  /**
   * What follows the request waits here for its turn; if it is too much, the rest waits in the kernel. Nothing more is
   * read until little is left: else each exchange would let in another read's worth.
   */
  #keep(rest: Buffer): void {
    this.#rest = compacted(rest)
    this.#holding.set(this.head.heldBytes + rest.length)
    if (rest.length > MAX_AHEAD_BYTES) this.#wire.pause()
    else this.#wire.resume()
  }

  onDrain(isEmpty: boolean): void {
    this.events.onDrain(isEmpty)
  }

  /** A client that sends no more is treated as gone, as nginx does: most clients do not half-close. */
  onEnd(): void {
    if (this.#isTunnel) this.events.onTunnelEnd()
    else this.events.onGone()
  }

  onClose(): void {
    this.events.onGone()
  }

  // What the exchange does.

  open(): readonly Buffer[] {
    this.#isOpen = true
    if (this.#body.isDone) return NO_PARTS
    const arrived = this.#rest
    if (arrived.length === 0) {
      // Only now: a denied client need not send a body that nobody would read.
      if (this.head.expectsContinue) this.#wire.write(CONTINUE)
      this.#wire.resume()
      return NO_PARTS
    }
    this.#rest = NO_BYTES
    const parts = this.#read(arrived)
    if (parts === undefined) this.events.onBroken(INVALID_CHUNK)
    else if (!this.#body.isDone) this.#wire.resume()
    return parts ?? NO_PARTS
  }

  /** @returns Undefined if the bytes break the framing. */
  #read(bytes: Buffer): readonly Buffer[] | undefined {
    const parts: Buffer[] = []
    const bodyBytes = this.#body.read(bytes, (content) => void parts.push(content))
    if (bodyBytes < 0) return undefined
    this.#keep(bytes.subarray(bodyBytes))
    return parts
  }

  pause(): void {
    this.#wire.pause()
  }

  resume(): void {
    if (this.#isTunnel || !this.#body.isDone) this.#wire.resume()
  }

  answer(head: AnswerHead): void {
    const framing = framingOf(head, this.head.isHttp10)
    this.#keepAlive = !this.head.wantsClose && !this.#isLast()
    this.#writer = new BodyWriter(this.#wire, framing)
    let text = startOf(head)
    if (framing.kind === 'chunked') text += 'Transfer-Encoding: chunked\r\n'
    else if (head.length !== undefined) text += `Content-Length: ${head.length}\r\n`
    this.#writer.head(`${text}${this.#keepAlive ? '' : 'Connection: close\r\n'}\r\n`)
  }

  content(bytes: Buffer): void {
    this.#writer?.content(bytes)
  }

  endAnswer(trailers: AnswerHead['fields']): void {
    this.#writer?.end(trailers)
  }

  flush(): boolean {
    return this.#writer?.flush() ?? true
  }

  startTunnel(head: AnswerHead): void {
    this.#isTunnel = true
    this.#writer = new BodyWriter(this.#wire, UNTIL_CLOSE)
    this.#writer.head(`${startOf(head)}Connection: Upgrade\r\nUpgrade: ${FORWARDED_UPGRADE}\r\n\r\n`)
    this.#wire.resume()
    const arrived = this.#rest
    this.#rest = NO_BYTES
    if (arrived.length > 0) this.events.onContent([arrived])
  }

  /** Does not wait for the rest of the body: the connection ends instead. */
  answerWhole(answer: WholeAnswer): void {
    // Once a part of the body was handed over, nothing here is known to be a request.
    const isWhole = this.#isOpen ? this.#body.isDone : this.#read(this.#rest) !== undefined
    this.#keepAlive =
      isWhole && this.#body.isDone && answer.isLast !== true && !this.head.wantsClose && !this.#isLast()
    // One answer to one request: a second one would be taken for the answer to the next request.
    if (this.#writer !== undefined) return void (this.#keepAlive = false)
    this.#writer = new BodyWriter(this.#wire, NO_BODY)
    this.#writer.head(
      wholeAnswerText(answer, this.head.method === 'HEAD', this.#keepAlive ? 'stays' : 'ends'),
    )
    this.#writer.end()
    this.#writer.flush()
  }

  release(): void {
    const connection = this.#keepAlive && this.#body.isDone ? 'next' : 'close'
    this.#holding.set(0)
    this.#ended({ rest: this.#rest, connection })
  }

  abort(): void {
    this.#holding.set(0)
    this.#ended({ rest: NO_BYTES, connection: 'gone' })
  }
}

/** Up to this size of a read, what is left of it is not worth a copy. */
const SMALL_READ_BYTES = 16_384

/** A small rest must not keep all of a large read in memory. */
function compacted(rest: Buffer): Buffer {
  // Nearly always; and `rest.buffer` makes the runtime build an object.
  if (rest.length === 0) return NO_BYTES
  const readBytes = rest.buffer.byteLength
  return readBytes > SMALL_READ_BYTES && 2 * rest.length < readBytes ? Buffer.from(rest) : rest
}

const NO_BODY = { kind: 'none' } as const
const UNTIL_CLOSE = { kind: 'until_close' } as const

function framingOf({ hasBody, length }: AnswerHead, isHttp10: boolean): ResponseHead['framing'] {
  if (!hasBody) return NO_BODY
  if (length !== undefined) return { kind: 'length', bytes: length }
  // HTTP/1.0 has no chunks: the body ends with the connection.
  return isHttp10 ? UNTIL_CLOSE : { kind: 'chunked' }
}

function startOf({ status, phrase, fields }: AnswerHead): string {
  let text = `HTTP/1.1 ${status} ${phrase}\r\n`
  for (const field of fields) text += lineOf(field)
  return text
}
