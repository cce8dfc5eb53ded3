/** A client's connection of HTTP/1.1: one request after the other, each with the rules of its time. */
import {
  HEAD_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  refusedExchange,
  type ClientConnection,
  type ConnectionContext,
} from './client-connection.ts'
import { createHolding } from '../held-account.ts'
import type { Expiring } from '../deadlines.ts'
import { Exchange } from '../exchange/exchange.ts'
import { createHeadCollector } from '../http/head-collector.ts'
import { MAX_HEAD_BYTES } from '../http/header-fields.ts'
import { Http1Stream, MAX_AHEAD_BYTES, type StreamEnd } from './http1-stream.ts'
import { ownAnswerText } from '../exchange/own-answer.ts'
import { parseRequestHead, type RequestFault } from '../http/request-head.ts'
import type { Wire, WireEvents } from '../sockets/wire.ts'

/** How long a stopping gateway waits for the first request of a connection. */
const FIRST_REQUEST_MS = 500
/** More of them are not an accident of a client. */
const MAX_EMPTY_LINES = 4
/** How long, and how many bytes, we listen to a client that goes on sending when our last answer has left. */
const LINGER_MS = 2_000
const LINGER_BYTES = 1_048_576

export function serveHttp1(client: Wire, context: ConnectionContext): ClientConnection {
  const head = createHeadCollector(MAX_HEAD_BYTES)
  /** Of a head that is not whole yet, and of requests that wait for answers to be read. */
  const holding = createHolding(context.held)
  client.chargeTo(context.held)
  /** Ignored before the request that is read. */
  let emptyLines = 0
  let isBusy = false
  let hasServed = false
  let lingered = 0
  const expiring: Expiring = {
    deadlineMs: performance.now() + HEAD_TIMEOUT_MS,
    onDeadline: () => onDeadline(),
  }
  context.deadlines.add(expiring)

  const closed = (): void => {
    context.deadlines.remove(expiring)
    context.onClose()
  }
  /** Some clients send a line end behind a body; it is to be ignored before a request line (RFC 9112 §2.2). */
  const withoutEmptyLines = (bytes: Buffer): Buffer => {
    let at = 0
    while (emptyLines < MAX_EMPTY_LINES && bytes[at] === 0x0d && bytes[at + 1] === 0x0a) {
      emptyLines += 1
      at += 2
    }
    // Nearly always: a view of the same bytes would cost as much as the look.
    return at === 0 ? bytes : bytes.subarray(at)
  }
  const onDeadline = (): void => {
    if (head.isEmpty) client.destroy()
    else refuse({ status: 408, detail: 'a head that took too long' })
  }
  const readHead = (arrived: Buffer): void => {
    let bytes = arrived
    if (head.isEmpty) {
      bytes = withoutEmptyLines(arrived)
      if (bytes.length === 0) return client.resume()
    }
    if (head.isEmpty) expiring.deadlineMs = performance.now() + HEAD_TIMEOUT_MS
    const step = head.add(bytes)
    holding.set(head.heldBytes)
    // What follows an earlier request may have been left to the kernel.
    if (step.kind === 'more') return client.resume()
    if (step.kind === 'too_large') return refuse({ status: 431, detail: 'a head of more than 96 KiB' })
    // An empty line that came in pieces.
    if (step.text === '' && emptyLines < MAX_EMPTY_LINES) {
      emptyLines += 2
      return step.rest.length === 0 ? client.resume() : readHead(step.rest)
    }
    const isBehindLine = step.text.startsWith('\r\n') && emptyLines < MAX_EMPTY_LINES
    const parsed = parseRequestHead(isBehindLine ? step.text.slice(2) : step.text)
    emptyLines = 0
    if (!parsed.ok) return refuse(parsed.error)
    isBusy = true
    hasServed = true
    context.onBusy()
    expiring.deadlineMs = Infinity
    const stream = new Http1Stream(
      client,
      parsed.value,
      step.rest,
      context.held,
      context.isDraining,
      exchangeEnded,
    )
    new Exchange(stream, { ...context, rules: context.rules() }).start()
  }
  const exchangeEnded = ({ rest, connection }: StreamEnd): void => {
    isBusy = false
    if (connection === 'gone' || !client.isOpen) {
      client.events = { ...LINGERING, onClose: closed }
      if (client.isOpen) client.destroy()
      else closed()
      return
    }
    if (connection === 'close') return linger()
    if (context.isStopping()) return linger()
    expiring.deadlineMs = performance.now() + IDLE_TIMEOUT_MS
    if (client.hasWaiting) awaitReader(rest)
    else readNext(rest)
  }
  /** Who does not read its answers has no further request read: they would pile up here. */
  const awaitReader = (rest: Buffer): void => {
    let next = rest
    holding.set(next.length)
    if (next.length > MAX_AHEAD_BYTES) client.pause()
    client.events = {
      ...reading,
      onData: (bytes) => {
        next = Buffer.concat([next, bytes])
        holding.set(next.length)
        if (next.length > MAX_AHEAD_BYTES) client.pause()
      },
      onDrain: (isEmpty) => {
        expiring.deadlineMs = performance.now() + IDLE_TIMEOUT_MS
        if (!isEmpty) return
        holding.set(0)
        readNext(next)
      },
    }
  }
  const readNext = (rest: Buffer): void => {
    context.onIdle()
    client.events = reading
    // A turn of its own, so that a thousand pipelined requests are not a thousand frames deep.
    queueMicrotask(() => {
      if (client.events !== reading) return
      // Not sooner: what a TLS socket holds back would come before the rest that it follows.
      if (rest.length === 0) client.resume()
      else readHead(rest)
    })
  }
  /** Says what is wrong, and that this was all. The bytes behind it have no certain reading. */
  const refuse = ({ status, detail }: RequestFault): void => {
    const id = context.rules().newId()
    const own = { status, reason: 'bad_request', headers: {} } as const
    client.write(Buffer.from(ownAnswerText(own, id, false, false), 'latin1'))
    context.onExchange(refusedExchange(id, { status, detail }))
    linger()
  }
  /** Closes our side, and reads on for a while: closing at once would make the client lose our answer. */
  const linger = (): void => {
    const allow = (isSent: boolean): void => {
      expiring.deadlineMs = performance.now() + (isSent ? LINGER_MS : IDLE_TIMEOUT_MS)
    }
    client.events = {
      onData: (bytes) => {
        lingered += bytes.length
        if (lingered > LINGER_BYTES) client.close()
      },
      onDrain: allow,
      // It may still read.
      onEnd: () => {
        if (!client.hasWaiting) client.close()
      },
      onClose: closed,
    }
    expiring.onDeadline = () => client.close()
    allow(!client.hasWaiting)
    client.resume()
    client.finish()
  }
  const reading: WireEvents = {
    onData: readHead,
    onDrain() {},
    onEnd: () => {
      linger()
      client.events.onEnd()
    },
    onClose: closed,
  }
  client.events = reading
  return {
    // `Connection: close` comes with the next answer.
    drain() {},
    stop: () => {
      if (isBusy) return
      // Nobody has told its client yet to go elsewhere: its first request may be on its way.
      if (hasServed) linger()
      else expiring.deadlineMs = performance.now() + FIRST_REQUEST_MS
    },
    close: () => client.close(),
    destroy: () => client.destroy(),
  }
}

const LINGERING: WireEvents = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} }
