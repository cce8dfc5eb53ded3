/** The server of `warder echo`, on sockets of its own: a strict reader would refuse what the echo must show. */
import { createDeadlines, type Deadlines, type Expiring } from '../../http/deadlines.ts'
import { createBodyReader, type BodyReader } from '../../http/messages/body-reader.ts'
import { HeadCollector } from '../../http/messages/head-collector.ts'
import { listen } from '../../http/sockets/sockets.ts'
import type { Wire } from '../../http/sockets/wire.ts'
import type { SocketAddress } from '../../socket-address.ts'
import { echoAnswer, webSocketAnswer } from './echo-answer.ts'
import {
  expectsContinue,
  framingOfEchoed,
  mayContinue,
  readEchoedHead,
  webSocketKeyOf,
  type EchoedHead,
  type EchoedRequest,
} from './echoed-request.ts'

export interface Echo {
  /** With the real port if 0 was given. */
  readonly address: string
  stop(): void
}

/** Above the largest head that a proxy passes on with a token of 64 KiB. */
const MAX_HEAD_BYTES = 131_072
/** Longest silence, in milliseconds: longer than proxies keep idle connections. */
const IDLE_MS = 90_000
/** It is for tests; more connections than a proxy keeps are a mistake. */
const MAX_CONNECTIONS = 1_000

/** @throws WarderError ERR_SERVER_LISTEN */
export function startEcho(address: SocketAddress, onRequest: (request: EchoedRequest) => void): Echo {
  const deadlines = createDeadlines()
  const open = new Set<EchoConnection>()
  let count = 0
  const listener = listen(address, (wire) => {
    if (open.size >= MAX_CONNECTIONS) return wire.destroy()
    count += 1
    const connection = new EchoConnection(wire, count, deadlines, onRequest, () => open.delete(connection))
    open.add(connection)
  })
  return {
    address: listener.address,
    stop() {
      listener.stop()
      deadlines.close()
      for (const { wire } of open) wire.destroy()
    },
  }
}

/** Reads one request after the other. */
class EchoConnection implements Expiring {
  readonly wire: Wire
  deadlineMs: number
  readonly #number: number
  readonly #onRequest: (request: EchoedRequest) => void
  #collector = new HeadCollector(MAX_HEAD_BYTES)
  #head: EchoedHead | undefined
  #body: BodyReader | undefined
  #bodyBytes = 0
  #requests = 0
  #isOver = false

  constructor(
    wire: Wire,
    number: number,
    deadlines: Deadlines,
    onRequest: (request: EchoedRequest) => void,
    onClose: () => void,
  ) {
    this.wire = wire
    this.#number = number
    this.#onRequest = onRequest
    this.deadlineMs = performance.now() + IDLE_MS
    deadlines.add(this)
    wire.events = {
      onData: (bytes) => this.#read(bytes),
      onDrain: (isEmpty) => (isEmpty ? wire.resume() : undefined),
      onEnd: () => wire.finish(),
      onClose: () => {
        deadlines.remove(this)
        onClose()
      },
    }
  }

  onDeadline(): void {
    this.wire.destroy()
  }

  #read(bytes: Buffer): void {
    this.deadlineMs = performance.now() + IDLE_MS
    let rest = bytes
    while (rest.length > 0 && !this.#isOver)
      rest = this.#head === undefined ? this.#readHead(rest) : this.#readBody(this.#head, rest)
  }

  #readHead(bytes: Buffer): Buffer {
    const step = this.#collector.add(bytes)
    if (step.kind === 'more') return NOTHING
    if (step.kind === 'too_large') {
      this.#send(TOO_LARGE, true)
      return NOTHING
    }
    const head = readEchoedHead(step.text)
    const framing = framingOfEchoed(head)
    this.#bodyBytes = 0
    // Several readings of where the body ends: what follows is not read.
    if (framing === undefined) this.#answer(head, true)
    else if (framing.kind === 'none') this.#answer(head, false)
    else {
      this.#head = head
      this.#body = createBodyReader(framing)
      if (this.#body.isDone) this.#answer(head, false)
      else if (expectsContinue(head)) this.wire.write(CONTINUE)
    }
    return step.rest
  }

  #readBody(head: EchoedHead, bytes: Buffer): Buffer {
    const body = this.#body as BodyReader
    const used = body.read(bytes, (part) => (this.#bodyBytes += part.length))
    if (used < 0) {
      this.#answer(head, true)
      return NOTHING
    }
    if (body.isDone) this.#answer(head, false)
    return bytes.subarray(used)
  }

  #answer(head: EchoedHead, isUnclear: boolean): void {
    this.#head = undefined
    this.#requests += 1
    const request = {
      ...head,
      bodyBytes: this.#bodyBytes,
      connection: this.#number,
      request: this.#requests,
      from: this.wire.peer,
    }
    this.#onRequest(request)
    const key = isUnclear ? undefined : webSocketKeyOf(head)
    if (key !== undefined) return this.#send(webSocketAnswer(request, key), true)
    const isLast = isUnclear || !mayContinue(head)
    this.#send(echoAnswer(request, isLast), isLast)
  }

  #send(bytes: Buffer, isLast: boolean): void {
    if (!this.wire.write(bytes)) this.wire.pause()
    if (!isLast) return
    this.#isOver = true
    this.wire.finish()
  }
}

const NOTHING: Buffer = Buffer.alloc(0)
const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n')
const TOO_LARGE = Buffer.from(
  'HTTP/1.1 431 Request Header Fields Too Large\r\nX-Warder-Echo: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
)
