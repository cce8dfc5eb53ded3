/** One exchange on a stream of HTTP/2. Its flow control is the back-pressure. */
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { NO_CLIENT_EVENTS, type AnswerHead, type ClientEvents, type ClientStream } from './client-stream.ts'
import { ownAnswerBody, ownAnswerFields, type OwnAnswer } from './own-answer.ts'
import type { RequestHead } from './request-head.ts'

const NO_PARTS: readonly Buffer[] = []
const { NGHTTP2_NO_ERROR } = constants

export class Http2Stream implements ClientStream {
  events: ClientEvents = NO_CLIENT_EVENTS
  readonly head: RequestHead
  readonly peer: string
  /** An answer that is whole before its request does not end the connection. */
  readonly goesOn = true
  readonly #stream: ServerHttp2Stream
  readonly #ended: () => void
  #isBodyDone: boolean
  #isOver = false
  #contentBytes = 0
  #gathered: Buffer[] = []
  #trailers: AnswerHead['fields'] = []

  /** @param ended Called once, when the exchange is over. */
  constructor(stream: ServerHttp2Stream, head: RequestHead, peer: string, ended: () => void) {
    this.#stream = stream
    this.head = head
    this.peer = peer
    this.#ended = ended
    this.#isBodyDone = head.framing.kind === 'none'
    stream.on('drain', () => this.events.onDrain(true))
    stream.on('aborted', () => this.#gone())
    stream.on('close', () => this.#gone())
    // What breaks a stream ends in `close`.
    stream.on('error', () => {})
  }

  get isBodyDone(): boolean {
    return this.#isBodyDone
  }

  get contentBytes(): number {
    return this.#contentBytes
  }

  #gone(): void {
    if (!this.#isOver) this.events.onGone()
  }

  open(): readonly Buffer[] {
    if (this.#isBodyDone) return NO_PARTS
    if (this.head.expectsContinue) this.#stream.additionalHeaders({ ':status': 100 })
    this.#stream.on('data', (bytes: Buffer) => {
      if (!this.#isOver) this.events.onContent([bytes])
    })
    this.#stream.on('end', () => {
      this.#isBodyDone = true
      // A stream that was reset ends as well, but not its body.
      if (!this.#isOver && !this.#stream.aborted) this.events.onContent(NO_PARTS)
    })
    return NO_PARTS
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    if (!this.#isBodyDone) this.#stream.resume()
  }

  answer(head: AnswerHead): void {
    const waitForTrailers = head.hasBody && this.head.takesTrailers
    if (waitForTrailers) this.#stream.on('wantTrailers', () => this.#sendTrailers())
    respond(this.#stream, head, { endStream: !head.hasBody, waitForTrailers })
  }

  #sendTrailers(): void {
    if (this.#trailers.length > 0) this.#stream.sendTrailers(toHeaders(this.#trailers))
    else this.#stream.close()
  }

  content(bytes: Buffer): void {
    this.#contentBytes += bytes.length
    this.#gathered.push(bytes)
  }

  endAnswer(trailers: AnswerHead['fields']): void {
    this.#trailers = trailers
    this.flush()
    if (!this.#stream.writableEnded) this.#stream.end()
  }

  flush(): boolean {
    const [first, second] = this.#gathered
    if (first === undefined) return !this.#stream.writableNeedDrain
    const bytes = second === undefined ? first : Buffer.concat(this.#gathered)
    this.#gathered = []
    return this.#stream.write(bytes)
  }

  /** A server that opens a tunnel where none was asked for was refused before. */
  startTunnel(): void {
    this.abort()
  }

  answerOwn(own: OwnAnswer, id: string): void {
    if (!this.#stream.destroyed) respondOwn(this.#stream, own, id, this.head.method === 'HEAD')
  }

  release(): void {
    this.#isOver = true
    // RFC 9113 §8.1: the answer is whole, the rest of the request is not wanted.
    const stop = (): void => this.#stream.close(NGHTTP2_NO_ERROR)
    if (!this.#isBodyDone && !this.#stream.destroyed) {
      if (this.#stream.writableFinished) stop()
      else this.#stream.once('finish', stop)
    }
    this.#ended()
  }

  abort(): void {
    this.#isOver = true
    if (!this.#stream.destroyed) this.#stream.destroy(new Error('the answer broke off'))
    this.#ended()
  }
}

/** A whole answer of ours. */
export function respondOwn(stream: ServerHttp2Stream, own: OwnAnswer, id: string, isHead: boolean): void {
  const body = ownAnswerBody(own, id)
  const length = body === '' ? undefined : body.length
  const endStream = isHead || body === ''
  respond(
    stream,
    { status: own.status, fields: ownAnswerFields(own, id), length },
    { endStream, waitForTrailers: false },
  )
  if (!endStream) stream.end(body)
}

function respond(
  stream: ServerHttp2Stream,
  { status, fields, length }: Pick<AnswerHead, 'status' | 'fields' | 'length'>,
  options: { readonly endStream: boolean; readonly waitForTrailers: boolean },
): void {
  const headers = toHeaders(fields)
  if (length !== undefined) headers['content-length'] = length
  stream.respond({ ':status': status, ...headers }, options)
}

/** Several fields of one name stay several: `Set-Cookie` cannot be joined. */
function toHeaders(fields: AnswerHead['fields']): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = {}
  for (const { name, value } of fields) {
    const lower = name.toLowerCase()
    const known = headers[lower]
    if (known === undefined) headers[lower] = value
    else if (typeof known === 'string') headers[lower] = [known, value]
    else known.push(value)
  }
  return headers
}
