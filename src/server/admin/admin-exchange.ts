/** One request to the admin listener: its body is read, and its answer sent whole or part by part. */
import type { RouteAnswer, OpenAnswer } from '../../admin/route-answer.ts'
import { adminError } from '../../admin/admin-error.ts'
import { bodyTooLarge, MAX_ADMIN_BODY_BYTES } from '../../admin/read-body.ts'
import type { AdmittedRequest } from '../../admin/router.ts'
import { NO_CLIENT_EVENTS, type ClientStream } from '../../http/connections/client-stream.ts'
import type { Deadlines, Expiring } from '../../http/deadlines.ts'
import type { FieldLine } from '../../http/messages/header-fields.ts'
import { STATUS_PHRASES } from '../../http/messages/status-phrases.ts'
import type { WholeAnswer } from '../../http/messages/whole-answer.ts'

export interface AdminExchanges {
  readonly deadlines: Deadlines
  /** Those whose answers go on. */
  readonly open: Set<AdminExchange>
  /** Those whose long answers are being sent. */
  readonly long: Set<AdminExchange>
}

/** Answers that go on at once: a browser tab holds one. */
const MAX_OPEN_ANSWERS = 64
/** How long a body may take, and how long a client may leave a part of an open answer unread. */
const BODY_MS = 10_000
const UNREAD_MS = 30_000
/** Sent at once of an answer that is longer. */
const PIECE_BYTES = 128 * 1024
/** How long pieces are sent without a pause, in milliseconds. */
const SEND_MS = 1
/** Clients that are sent longer ones at once; each holds an answer of some MiB. */
const MAX_LONG_ANSWERS = 16

/**
 * States, in this order; each may be followed by the end of the client (`#isOver`):
 *
 * - reading the body, with a deadline;
 * - waiting for the handler;
 * - open: parts of the answer are sent while the client reads them.
 */
export class AdminExchange {
  readonly #stream: ClientStream
  readonly #context: AdminExchanges
  readonly #expiring: Expiring
  #isOver = false
  #isWaiting = false
  #closed: (() => void) | undefined
  readonly #stillHolds: () => boolean

  constructor(stream: ClientStream, admitted: AdmittedRequest, context: AdminExchanges) {
    this.#stream = stream
    this.#context = context
    this.#stillHolds = admitted.kind === 'admitted' ? admitted.stillHolds : () => false
    this.#expiring = { deadlineMs: Infinity, onDeadline: () => this.#leave() }
    if (admitted.kind === 'answered') this.#answer(admitted.answer)
    else if (stream.isBodyDone) this.#finish(admitted.finish(undefined))
    else this.#readBody(admitted.finish)
  }

  /** Ends an answer that goes on; the client may connect again. */
  end(): void {
    if (this.#isOver) return
    this.#stream.endAnswer([])
    this.#stream.flush()
    this.#over()
    this.#stream.release()
  }

  /** The same, if the client no longer has the right. */
  endUnlessAllowed(): void {
    if (!this.#stillHolds()) this.end()
  }

  #readBody(finish: Extract<AdmittedRequest, { readonly kind: 'admitted' }>['finish']): void {
    const stream = this.#stream
    const parts: Buffer[] = []
    let bytes = 0
    let isRead = false
    const take = (arrived: readonly Buffer[]): void => {
      if (isRead || this.#isOver) return
      for (const part of arrived) {
        bytes += part.length
        parts.push(part)
      }
      isRead = bytes > MAX_ADMIN_BODY_BYTES || stream.isBodyDone
      if (!isRead) return
      this.#expiring.deadlineMs = Infinity
      if (bytes > MAX_ADMIN_BODY_BYTES) this.#answer(bodyTooLarge())
      else this.#finish(finish(Buffer.concat(parts)))
    }
    const leave = (): void => this.#leave()
    stream.events = { ...NO_CLIENT_EVENTS, onContent: take, onGone: leave, onBroken: leave }
    this.#expiring.deadlineMs = performance.now() + BODY_MS
    this.#context.deadlines.add(this.#expiring)
    take(stream.open())
  }

  #finish(answered: Promise<RouteAnswer>): void {
    const leave = (): void => this.#leave()
    this.#stream.events = { ...NO_CLIENT_EVENTS, onGone: leave, onBroken: leave }
    void answered.then((answer) => {
      if (!this.#isOver) this.#answer(answer)
    })
  }

  #answer(answer: RouteAnswer): void {
    const isOpen = answer.open !== undefined && this.#stream.head.method !== 'HEAD'
    if (isOpen && this.#context.open.size < MAX_OPEN_ANSWERS) return this.#open(answer, answer.open)
    const whole = isOpen ? TOO_MANY_OPEN : answer
    const body = typeof whole.body === 'string' ? Buffer.from(whole.body) : sameBytes(whole.body)
    const isLong = body.length > PIECE_BYTES && this.#stream.head.method !== 'HEAD'
    // More are sent at once, and counted among the bytes that the listener holds.
    if (isLong && this.#context.long.size < MAX_LONG_ANSWERS) return this.#sendLong(whole, body)
    this.#over()
    sendWhole(this.#stream, whole, body)
    this.#stream.release()
  }

  /** In pieces, between which decisions come: the metrics of many routes are a megabyte and more. */
  #sendLong(answer: RouteAnswer, body: Buffer): void {
    const stream = this.#stream
    let sent = 0
    const sendNext = (): void => {
      const endMs = performance.now() + SEND_MS
      do {
        if (this.#isOver) return
        this.#write(body.subarray(sent, sent + PIECE_BYTES))
        sent += PIECE_BYTES
      } while (!this.#isWaiting && sent < body.length && performance.now() < endMs)
      if (sent >= body.length) this.end()
      else if (!this.#isWaiting) setTimeout(sendNext, 0)
    }
    stream.answer({ ...headOf(answer), length: body.length, hasBody: true })
    this.#context.long.add(this)
    this.#context.deadlines.add(this.#expiring)
    stream.events = {
      ...NO_CLIENT_EVENTS,
      onGone: () => this.#leave(),
      onBroken: () => this.#leave(),
      onDrain: () => {
        if (!this.#isWaiting) return
        this.#isWaiting = false
        this.#expiring.deadlineMs = Infinity
        sendNext()
      },
    }
    sendNext()
  }

  #open(answer: RouteAnswer, open: (answer: OpenAnswer) => () => void): void {
    const stream = this.#stream
    stream.answer({ ...headOf(answer), length: undefined, hasBody: true })
    this.#context.open.add(this)
    this.#context.deadlines.add(this.#expiring)
    stream.events = {
      ...NO_CLIENT_EVENTS,
      onGone: () => this.#leave(),
      onBroken: () => this.#leave(),
      onDrain: () => {
        this.#isWaiting = false
        this.#expiring.deadlineMs = Infinity
      },
    }
    this.#write(Buffer.from(answer.body))
    const closed = open({ send: (text) => this.#send(text), end: () => this.end() })
    if (this.#isOver) closed()
    else this.#closed = closed
  }

  #send(text: string): boolean {
    if (this.#isOver || this.#isWaiting) return false
    this.#write(Buffer.from(text))
    return true
  }

  #write(bytes: Buffer): void {
    this.#stream.content(bytes)
    if (this.#stream.flush()) return
    this.#isWaiting = true
    this.#expiring.deadlineMs = performance.now() + UNREAD_MS
  }

  /** The client is gone, or too slow. */
  #leave(): void {
    if (this.#isOver) return
    this.#over()
    this.#stream.abort()
  }

  #over(): void {
    this.#isOver = true
    this.#context.open.delete(this)
    this.#context.long.delete(this)
    this.#context.deadlines.remove(this.#expiring)
    this.#closed?.()
  }
}

const TOO_MANY_OPEN = adminError(
  'ERR_ADMIN_BUSY',
  `${MAX_OPEN_ANSWERS} clients are being sent events already`,
  ['close other consoles, or try again later'],
  { 'retry-after': '30' },
)

/** What every answer has: no cache keeps it, and no page of another origin embeds it. */
const EVERY_ANSWER: readonly FieldLine[] = [
  { name: 'cache-control', value: 'no-store' },
  { name: 'x-content-type-options', value: 'nosniff' },
  { name: 'cross-origin-resource-policy', value: 'same-origin' },
]

function headOf({ status, contentType, headers = {} }: RouteAnswer): {
  status: number
  phrase: string
  fields: readonly FieldLine[]
} {
  const own = Object.entries(headers).map(([name, value]) => ({ name, value }))
  const fields = [{ name: 'content-type', value: contentType }, ...own, ...EVERY_ANSWER]
  return { status, phrase: STATUS_PHRASES[status] ?? '', fields }
}

/** @param answer With a body of ASCII. */
export function wholeAnswer(answer: RouteAnswer): WholeAnswer {
  const { status, fields } = headOf(answer)
  return { status, fields, body: String(answer.body) }
}

const sameBytes = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

/** If the request announced a body that was not read, the connection ends. */
function sendWhole(stream: ClientStream, answer: RouteAnswer, body: Buffer): void {
  const { status, fields } = headOf(answer)
  // The text of a whole answer is latin1: so its bytes stay as they are.
  stream.answerWhole({ status, fields, body: body.toString('latin1') })
}
