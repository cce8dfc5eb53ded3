/** One exchange on a connection of HTTP/1.1 to a server: the request as text, the answer read strictly. */
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'
import type { HeldAccount } from '../../http/held-account.ts'
import { AnswerHeadReader } from '../../http/messages/answer-head-reader.ts'
import { createBodyReader, type BodyReader } from '../../http/messages/body-reader.ts'
import { BodyWriter } from '../../http/messages/body-writer.ts'
import type { BodyFraming } from '../../http/messages/framing.ts'
import type { FieldLine } from '../../http/messages/header-fields.ts'
import { readMessageHead } from '../../http/messages/message-head.ts'
import { lineOf } from '../../http/messages/read-field.ts'
import type { ResponseHead } from '../../http/messages/response-head.ts'
import type { Wire, WireEvents } from '../../http/sockets/wire.ts'
import { NO_LINK_EVENTS, type AnswerBroken, type Link, type LinkEvents, type LinkRequest } from './link.ts'

const NO_TRAILERS: readonly FieldLine[] = []
/** Behind a whole answer. */
const OVER: AnswerBroken = { kind: 'closed', detail: '' }

export class Http1Link implements Link, WireEvents {
  events: LinkEvents = NO_LINK_EVENTS
  readonly wire: Wire
  readonly isReused: boolean
  /** When the connection was opened, on the clock of `performance.now()`. */
  readonly openedMs: number
  #writer: BodyWriter | undefined
  #heads: AnswerHeadReader | undefined
  #answer: ResponseHead | undefined
  #body: BodyReader | undefined
  #hasHeard = false
  #isRequestWhole = false
  #isWhole = false
  #isTunnel = false
  /** Whether the answer ends where the bytes of the server end. */
  #isClean = false

  constructor(wire: Wire, isReused: boolean, openedMs: number) {
    this.wire = wire
    this.isReused = isReused
    this.openedMs = openedMs
  }

  get contentBytes(): number {
    return this.#writer?.contentBytes ?? 0
  }

  get mayCarryAnother(): boolean {
    return this.#isRequestWhole && this.#isClean && this.#answer?.mayReuse === true
  }

  chargeTo(account: HeldAccount): void {
    this.wire.chargeTo(account)
  }

  // The request.

  send(request: LinkRequest): undefined {
    this.wire.events = this
    this.#heads = new AnswerHeadReader(request.method)
    this.#writer = new BodyWriter(this.wire, request.framing)
    this.#writer.head(requestText(request))
  }

  content(bytes: Buffer): void {
    if (this.#isTunnel) this.wire.write(bytes)
    else this.#writer?.content(bytes)
  }

  endRequest(): void {
    this.#isRequestWhole = true
    this.#writer?.end()
  }

  flush(): boolean {
    return this.#isTunnel ? !this.wire.hasWaiting : (this.#writer?.flush() ?? true)
  }

  startTunnel(): void {
    this.#isTunnel = true
  }

  finishTunnel(): void {
    this.wire.finish()
  }

  pause(): void {
    this.wire.pause()
  }

  resume(): void {
    this.wire.resume()
  }

  // The answer.

  onData(bytes: Buffer): void {
    this.#hasHeard = true
    // Bytes behind the answer belong to no request.
    if (this.#isWhole) return this.#surplus()
    this.events.onArrival()
    if (this.#isTunnel) this.#passOn(bytes)
    else if (this.#body !== undefined) this.#readBody(this.#body, bytes)
    else this.#readHead(bytes)
    this.events.onArrivalEnd()
  }

  onDrain(isEmpty: boolean): void {
    this.events.onDrain(isEmpty)
  }

  onEnd(): void {
    this.#ended(true)
  }

  onClose(): void {
    this.#ended(false)
  }

  #surplus(): void {
    this.#isClean = false
    this.events.onBroken(OVER)
  }

  #readHead(bytes: Buffer): void {
    const step = this.#heads?.read(bytes)
    if (step === undefined || step.kind === 'more') return
    if (step.kind === 'invalid') return this.#invalid(step.detail)
    const { head, rest } = step
    this.#answer = head
    this.events.onHead(head)
    if (this.#isTunnel) return this.#passOn(rest)
    this.#body = createBodyReader(head.framing)
    this.#readBody(this.#body, rest)
  }

  #invalid(detail: string): void {
    this.events.onBroken({ kind: 'invalid', detail })
  }

  #readBody(body: BodyReader, bytes: Buffer): void {
    const usedBytes = body.read(bytes, (content) => this.events.onContent(content))
    if (usedBytes < 0) return this.#invalid('an invalid chunk')
    if (!body.isDone) return
    this.#isWhole = true
    this.#isClean = usedBytes === bytes.length
    this.events.onWhole(trailersOf(body.trailerLines))
  }

  #passOn(bytes: Buffer): void {
    if (bytes.length > 0) this.events.onContent(bytes)
  }

  /** The server sends no more. Not `isIntact`: the connection broke off, which ends no body. */
  #ended(isIntact: boolean): void {
    if (this.#isWhole) return this.#surplus()
    if (!this.#hasHeard) return this.events.onBroken({ kind: 'nothing', detail: 'closed without an answer' })
    const isEnd = this.#isTunnel || (isIntact && this.#answer?.framing.kind === 'until_close')
    if (!isEnd) {
      const part = this.#answer === undefined ? 'head' : 'body'
      return this.events.onBroken({ kind: 'closed', detail: `closed within the ${part}` })
    }
    this.#isWhole = true
    this.events.onArrival()
    this.events.onWhole(NO_TRAILERS)
    this.events.onArrivalEnd()
  }
}

/** None if any line is invalid. */
function trailersOf(lines: readonly string[]): readonly FieldLine[] {
  if (lines.length === 0) return NO_TRAILERS
  const parsed = readMessageHead(['', ...lines].join('\r\n'))
  return parsed.ok ? parsed.value.fields : NO_TRAILERS
}

const UPGRADE_LINES = `Connection: Upgrade\r\nUpgrade: ${FORWARDED_UPGRADE}\r\n`
const TRAILERS_LINES = 'Connection: TE\r\nTE: trailers\r\n'

/** The bytes of the head, as latin1. */
function requestText(request: LinkRequest): string {
  const { method, target, authority, fields, framing, isUpgrade, takesTrailers } = request
  let text = `${method} ${target} HTTP/1.1\r\nHost: ${authority}\r\n${framingText(framing)}`
  if (isUpgrade) text += UPGRADE_LINES
  else if (takesTrailers) text += TRAILERS_LINES
  for (const field of fields) text += lineOf(field)
  return `${text}\r\n`
}

/** The line that frames a body. */
function framingText(framing: BodyFraming): string {
  if (framing.kind === 'length') return `Content-Length: ${framing.bytes}\r\n`
  return framing.kind === 'chunked' ? 'Transfer-Encoding: chunked\r\n' : ''
}
