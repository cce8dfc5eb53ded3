/** One exchange on a stream of HTTP/2 to a server. Its flow control is the back-pressure. */
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import { Holding, UNCHARGED, type HeldAccount } from '../../http/held-account.ts'
import type { FieldLine } from '../../http/messages/header-fields.ts'
import { readHttp2AnswerHead, readHttp2Trailers } from '../../http/messages/http2-answer-head.ts'
import { isSendableField, type ResponseHead } from '../../http/messages/response-head.ts'
import { NO_LINK_EVENTS, type AnswerBroken, type Link, type LinkEvents, type LinkRequest } from './link.ts'

/** How much a server may send of an answer that is not read (RFC 9113 §6.9.2). */
const WINDOW_BYTES = 65_535
/** Interim answers that a server may send before the final one. They are not forwarded. */
const MAX_INTERIM = 16
const END_STREAM = 0x1
// RFC 9113 §7.
const REFUSED_STREAM = 0x07
const CANCEL = 0x08
/** By this code the runtime resets a stream with CANCEL. */
const GIVEN_UP = Object.assign(new Error('given up'), { code: 'ABORT_ERR' })
const NO_TRAILERS: readonly FieldLine[] = []

/** The connection of a link, which carries others beside it. */
export interface LinkSession {
  readonly session: ClientHttp2Session
  readonly scheme: 'http' | 'https'
  /** The server has sent something. */
  heard(): void
  /** The exchange is over. */
  released(): void
  /** The stream is gone, after `released` or before; `wasReset`: by one of the two sides. */
  closed(wasReset: boolean): void
}

export class Http2Link implements Link {
  events: LinkEvents = NO_LINK_EVENTS
  readonly wire = undefined
  readonly mayCarryAnother = true
  readonly isReused: boolean
  readonly #connection: LinkSession
  #stream: ClientHttp2Stream | undefined
  #method = ''
  #answer: ResponseHead | undefined
  #trailers: readonly FieldLine[] | undefined
  #interim = 0
  #answerBytes = 0
  /** `whole`: the answer has ended; `broken`: it never will. */
  #state: 'answering' | 'whole' | 'broken' = 'answering'
  #gathered: Buffer[] = []
  #contentBytes = 0
  #isRequestWhole = false
  #isPaused = false
  #holding = new Holding(UNCHARGED)

  constructor(connection: LinkSession, isReused: boolean) {
    this.#connection = connection
    this.isReused = isReused
  }

  get contentBytes(): number {
    return this.#contentBytes
  }

  chargeTo(account: HeldAccount): void {
    this.#holding.set(0)
    this.#holding = new Holding(account)
    this.#count()
  }

  #count(): void {
    const unread = this.#isPaused ? WINDOW_BYTES : 0
    this.#holding.set(this.#stream?.destroyed === false ? this.#stream.writableLength + unread : 0)
  }

  // The request.

  send(request: LinkRequest): string | undefined {
    const fields = request.fields.filter(isSendableField)
    // A longer one would break the session, and with it the requests of others.
    if (fields.length < request.fields.length) return 'a header field has more than 60 KiB'
    this.#method = request.method
    const { session, scheme } = this.#connection
    const stream = session.request(toRaw(request, scheme), { endStream: request.framing.kind === 'none' })
    this.#stream = stream
    stream.on('headers', () => this.#onInterim())
    stream.on('response', (_head, flags, raw) => this.#onHead(raw as unknown as readonly string[], flags))
    stream.on('data', (bytes: Buffer) => this.#onData(bytes))
    stream.on('trailers', (_fields, _flags, raw) => {
      this.#trailers = readHttp2Trailers(raw)
    })
    stream.on('end', () => this.#onEnd())
    stream.on('drain', () => {
      this.#count()
      this.events.onDrain(true)
    })
    // A broken stream ends with `close` too.
    stream.on('error', () => {})
    stream.on('close', () => this.#onClose())
    return undefined
  }

  content(bytes: Buffer): void {
    if (this.#isRequestWhole || bytes.length === 0) return
    this.#contentBytes += bytes.length
    this.#gathered.push(bytes)
  }

  endRequest(): void {
    this.#isRequestWhole = true
  }

  flush(): boolean {
    const stream = this.#stream
    if (stream === undefined || stream.destroyed || stream.writableEnded) return true
    const [first, second] = this.#gathered
    const bytes = second === undefined ? first : Buffer.concat(this.#gathered)
    this.#gathered = []
    if (this.#isRequestWhole) stream.end(bytes)
    else if (bytes !== undefined) stream.write(bytes)
    this.#count()
    return !stream.writableNeedDrain
  }

  pause(): void {
    this.#isPaused = true
    this.#stream?.pause()
    this.#count()
  }

  resume(): void {
    this.#isPaused = false
    this.#stream?.resume()
    this.#count()
  }

  /** No server can open one: the runtime refuses the status 101. */
  startTunnel(): void {
    this.release()
  }

  finishTunnel(): void {}

  /** The exchange is over. The rest of a request or of an answer is given up. */
  release(): void {
    const stream = this.#stream
    this.events = NO_LINK_EVENTS
    this.#holding.set(0)
    this.#connection.released()
    if (stream === undefined) return this.#connection.closed(false)
    if (this.#state === 'whole' && stream.writableEnded) return
    // Not by `close`, which would end the body first: half a request would look whole to the server.
    if (!stream.destroyed) stream.destroy(GIVEN_UP)
  }

  // The answer.

  #onInterim(): void {
    this.#connection.heard()
    this.#interim += 1
    if (this.#interim === MAX_INTERIM + 1) this.#broken('invalid', 'too many interim answers')
  }

  #onHead(raw: readonly string[], flags: number): void {
    this.#connection.heard()
    const hasEnded = (flags & END_STREAM) !== 0
    const head = readHttp2AnswerHead(raw, this.#method, hasEnded)
    if (!head.ok) return this.#broken('invalid', head.error)
    this.#answer = head.value
    this.events.onArrival()
    this.events.onHead(head.value)
    if (hasEnded) this.#whole()
    this.events.onArrivalEnd()
  }

  #onData(bytes: Buffer): void {
    this.#connection.heard()
    if (this.#state !== 'answering') return
    const framing = this.#answer?.framing
    this.#answerBytes += bytes.length
    if (framing === undefined) return this.#broken('invalid', 'a body before its head')
    if (framing.kind === 'none') return this.#broken('invalid', 'a body that must not be')
    if (framing.kind === 'length' && this.#answerBytes > framing.bytes)
      return this.#broken('invalid', 'a body that is longer than announced')
    this.events.onArrival()
    this.events.onContent(bytes)
    this.events.onArrivalEnd()
  }

  #onEnd(): void {
    // The runtime ends a stream that was reset as well, but destroys it first.
    if (this.#stream?.destroyed === true || this.#state !== 'answering') return
    if (this.#answer === undefined) return this.#broken('invalid', 'an end before a head')
    this.events.onArrival()
    this.#whole()
    this.events.onArrivalEnd()
  }

  /** The server has ended the answer. */
  #whole(): void {
    if (this.#answer?.framing.kind === 'length' && this.#answer.framing.bytes !== this.#answerBytes)
      return this.#broken('closed', 'closed within the body')
    this.#state = 'whole'
    this.events.onWhole(this.#trailers ?? NO_TRAILERS)
  }

  #onClose(): void {
    this.#holding.set(0)
    if (this.#state === 'answering' && this.#hasEnded()) this.#onEndKnown()
    this.#connection.closed(this.#state !== 'whole')
    if (this.#state === 'whole') return this.events.onBroken({ kind: 'closed', detail: '' })
    const code = this.#stream?.rstCode ?? 0
    const { session } = this.#connection
    const isGone = session.destroyed || session.closed
    const isCancelled = code === CANCEL && !isGone
    if (this.#answer !== undefined)
      return this.#broken('closed', `closed within the body${codeText(code)}`, isCancelled)
    if (code === REFUSED_STREAM) return this.#broken('refused', 'the server refused the stream')
    this.#broken(isGone ? 'nothing' : 'closed', `closed without an answer${codeText(code)}`, isCancelled)
  }

  /** Whether the end was received, even if a reset behind it has swallowed its event. */
  #hasEnded(): boolean {
    const framing = this.#answer?.framing
    return this.#trailers !== undefined || (framing?.kind === 'length' && framing.bytes === this.#answerBytes)
  }

  #onEndKnown(): void {
    this.events.onArrival()
    this.#whole()
    this.events.onArrivalEnd()
  }

  #broken(kind: AnswerBroken['kind'], detail: string, isCancelled = false): void {
    if (this.#state === 'broken') return
    this.#state = 'broken'
    this.events.onBroken({ kind, detail, isCancelled })
  }
}

/** RFC 9113 §7. */
const CODES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
]
const codeText = (code: number): string => (code === 0 ? '' : `: ${CODES[code] ?? code}`)

/** Names and values in turn. Names of HTTP/2 are lower case (RFC 9113 §8.2). */
function toRaw(request: LinkRequest, scheme: string): string[] {
  const { method, target, authority, fields, framing, takesTrailers } = request
  const raw = [':method', method, ':scheme', scheme, ':authority', authority, ':path', target]
  if (framing.kind === 'length') raw.push('content-length', String(framing.bytes))
  if (takesTrailers) raw.push('te', 'trailers')
  for (const { name, value } of fields) raw.push(name.toLowerCase(), value)
  return raw
}
