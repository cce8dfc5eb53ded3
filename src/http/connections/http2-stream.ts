/** One exchange on a stream of HTTP/2. Its flow control is the back-pressure. */
import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { IDLE_TIMEOUT_MS, type ConnectionContext } from './client-connection.ts'
import { NO_CLIENT_EVENTS, type AnswerHead, type ClientEvents, type ClientStream } from './client-stream.ts'
import { Holding, type HeldAccount } from '../held-account.ts'
import type { Deadlines } from '../deadlines.ts'
import type { RequestHead } from '../messages/request-head.ts'
import { isSendableField } from '../messages/response-head.ts'
import type { WholeAnswer } from '../messages/whole-answer.ts'

/** How much of an unread body a client may send (RFC 9113 §6.9.2). */
const WINDOW_BYTES = 65_535
const NO_PARTS: readonly Buffer[] = []
const RESET_CONTENT = 205
// RFC 9113 §7.
const NO_ERROR = 0x00
const INTERNAL_ERROR = 0x02

/** By this code the runtime resets a stream with CANCEL, and any other error with INTERNAL_ERROR. */
const CANCELLED = Object.assign(new Error('cancelled'), { code: 'ABORT_ERR' })

export class Http2Stream implements ClientStream {
  events: ClientEvents = NO_CLIENT_EVENTS
  readonly head: RequestHead
  readonly peer: string
  /** An answer that is whole before its request does not end the connection. */
  readonly goesOn = true
  readonly isHttp2 = true
  readonly held: HeldAccount
  readonly #holding: Holding
  readonly #stream: ServerHttp2Stream
  readonly #deadlines: Deadlines
  readonly #ended: () => void
  #isBodyDone: boolean
  #isOver = false
  #isReading = false
  /** Whether the answer consists of its head alone. */
  #isHeadOnly = false
  #receivedBytes = 0
  #contentBytes = 0
  #gathered: Buffer[] = []
  #hasAnswered = false
  #hasEnded = false
  #trailers: AnswerHead['fields'] = []

  /** @param ended Called once, when the exchange is over and its answer was read, or never will be. */
  constructor(
    stream: ServerHttp2Stream,
    head: RequestHead,
    peer: string,
    { deadlines, held }: Pick<ConnectionContext, 'deadlines' | 'held'>,
    ended: () => void,
  ) {
    this.#stream = stream
    this.#deadlines = deadlines
    this.held = held
    this.#holding = new Holding(held)
    this.head = head
    this.peer = peer
    this.#ended = ended
    this.#isBodyDone = head.framing.kind === 'none'
    this.#count()
    stream.on('drain', () => {
      this.#count()
      this.events.onDrain(true)
    })
    stream.on('aborted', () => this.#gone())
    stream.on('close', () => {
      this.#holding.set(0)
      this.#gone()
    })
    // A broken stream ends with `close` too.
    stream.on('error', () => {})
  }

  get isBodyDone(): boolean {
    return this.#isBodyDone
  }

  get contentBytes(): number {
    return this.#contentBytes
  }

  /** Counts the head, what the client may send before it is read, and what the client has not read yet. */
  #count(): void {
    const unread = this.#isReading || this.#isBodyDone ? 0 : WINDOW_BYTES
    if (!this.#stream.destroyed) this.#holding.set(this.head.heldBytes + unread + this.#stream.writableLength)
  }

  #gone(): void {
    // A head that is the whole answer closes the stream at once; then the client has not left.
    if (!this.#isOver && !(this.#isHeadOnly && this.#isBodyDone)) this.events.onGone()
  }

  open(): readonly Buffer[] {
    // A body without content may have ended before it was asked for; no event would follow.
    if (!this.#isBodyDone && this.#stream.readableEnded) this.#endBody()
    if (this.#isBodyDone) return NO_PARTS
    if (this.head.expectsContinue) this.#stream.additionalHeaders({ ':status': 100 })
    this.#isReading = true
    this.#count()
    this.#stream.on('data', (bytes: Buffer) => {
      this.#receivedBytes += bytes.length
      if (!this.#isOver) this.events.onContent([bytes])
    })
    this.#stream.on('end', () => {
      this.#endBody()
      if (this.#isBodyDone && !this.#isOver) this.events.onContent(NO_PARTS)
    })
    return NO_PARTS
  }

  /** A broken stream ends as well, but not its body; `aborted` shows this only before the answer is whole. */
  #endBody(): void {
    const { aborted, destroyed } = this.#stream
    const { framing } = this.head
    // The runtime checks it too; but a server's connection left within a body would serve the next client.
    const isWhole = framing.kind !== 'length' || framing.bytes === this.#receivedBytes
    this.#isBodyDone = !aborted && !destroyed && isWhole
  }

  pause(): void {
    this.#isReading = false
    this.#count()
    this.#stream.pause()
  }

  resume(): void {
    if (this.#isBodyDone) return
    this.#isReading = true
    this.#count()
    this.#stream.resume()
  }

  answer(head: AnswerHead): void {
    // RFC 9110 §15.3.6: the runtime ends such an answer with its head, whatever the server sends.
    const isReset = head.status === RESET_CONTENT
    this.#hasAnswered = true
    this.#isHeadOnly = isReset || !head.hasBody
    const waitForTrailers = !this.#isHeadOnly && this.head.takesTrailers
    if (waitForTrailers) this.#stream.on('wantTrailers', () => this.#sendTrailers())
    const length = isReset ? undefined : head.length
    respond(this.#stream, { ...head, length }, { endStream: this.#isHeadOnly, waitForTrailers })
  }

  #sendTrailers(): void {
    this.#stream.sendTrailers(toHeaders(this.#trailers))
  }

  content(bytes: Buffer): void {
    if (this.#isHeadOnly || this.#hasEnded || bytes.length === 0) return
    this.#contentBytes += bytes.length
    this.#gathered.push(bytes)
  }

  endAnswer(trailers: AnswerHead['fields']): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#trailers = trailers
    if (this.#stream.writableEnded) return
    const bytes = this.#takeGathered()
    // With the last content, so that its frame ends the stream: an empty one behind it costs a quarter as much.
    if (bytes === undefined) this.#stream.end()
    else this.#stream.end(bytes)
    this.#count()
  }

  flush(): boolean {
    const bytes = this.#takeGathered()
    if (bytes === undefined) return !this.#stream.writableNeedDrain
    const mayGoOn = this.#stream.write(bytes)
    this.#count()
    return mayGoOn
  }

  #takeGathered(): Buffer | undefined {
    const [first, second] = this.#gathered
    if (first === undefined) return undefined
    const bytes = second === undefined ? first : Buffer.concat(this.#gathered)
    this.#gathered = []
    return bytes
  }

  /** HTTP/2 requests ask for no tunnel, and a server that opens one unasked was refused before. */
  startTunnel(): void {
    this.abort()
  }

  answerWhole(answer: WholeAnswer): void {
    if (this.#hasAnswered) return
    this.#hasAnswered = true
    if (!this.#stream.destroyed) respondWhole(this.#stream, answer, this.head.method === 'HEAD')
  }

  release(): void {
    this.#isOver = true
    const stream = this.#stream
    if (stream.destroyed) return this.#ended()
    // RFC 9113 §8.1: the answer is whole, and the rest of the request is not needed.
    const stop = (): void => stream.close(NO_ERROR)
    if (!this.#isBodyDone) {
      if (stream.writableFinished) stop()
      else stream.once('finish', stop)
    }
    // Else the answers of a client that does not read them are kept here, one for each of its streams.
    const unread = {
      deadlineMs: performance.now() + IDLE_TIMEOUT_MS,
      onDeadline: () => void stream.destroy(new Error('the answer was not read')),
    }
    this.#deadlines.add(unread)
    stream.once('close', () => {
      this.#deadlines.remove(unread)
      this.#ended()
    })
  }

  abort(isCancelled = false): void {
    this.#isOver = true
    if (!this.#stream.destroyed)
      this.#stream.destroy(isCancelled ? CANCELLED : new Error('the answer broke off'))
    this.#ended()
  }
}

/** Sends a whole answer. */
export function respondWhole(
  stream: ServerHttp2Stream,
  { status, fields, body }: WholeAnswer,
  isHead: boolean,
): void {
  const length = body === '' ? undefined : body.length
  const endStream = isHead || body === ''
  // A redirect may hold a long target in an even longer form.
  if (!fields.every(isSendableField)) return stream.close(INTERNAL_ERROR)
  respond(stream, { status, fields, length }, { endStream, waitForTrailers: false })
  if (!endStream) stream.end(body)
}

function respond(
  stream: ServerHttp2Stream,
  { status, fields, length }: Pick<AnswerHead, 'status' | 'fields' | 'length'>,
  options: { readonly endStream: boolean; readonly waitForTrailers: boolean },
): void {
  const headers = toHeaders(fields, status)
  if (length !== undefined) headers['content-length'] = length
  stream.respond(headers, options)
}

/** Several fields of one name stay apart: `Set-Cookie` cannot be joined. */
function toHeaders(fields: AnswerHead['fields'], status?: number): OutgoingHttpHeaders {
  // Without a prototype: `constructor` is a name like any other.
  const headers = Object.create(null) as Record<string, number | string | string[]>
  if (status !== undefined) headers[':status'] = status
  for (const { name, value } of fields) {
    const lower = name.toLowerCase()
    const known = headers[lower]
    if (known === undefined) headers[lower] = value
    else if (Array.isArray(known)) known.push(value)
    else headers[lower] = [String(known), value]
  }
  return headers
}
