/** The way back: the upstream's answer, read strictly and written anew for the client's connection. */
import { createHash } from 'node:crypto'
import { createBodyReader, type BodyReader } from './body-reader.ts'
import { createBodyWriter, type BodyWriter } from './body-writer.ts'
import { framingText, responseFieldsText } from './forward-headers.ts'
import { createHeadCollector } from './head-collector.ts'
import { MAX_HEAD_BYTES, valuesOf } from './header-fields.ts'
import type { RequestHead } from './request-head.ts'
import { parseResponseHead, type ResponseHead } from './response-head.ts'
import type { Wire } from './wire.ts'

/** A whole answer, and what may become of the two connections. */
export interface AnswerDone {
  readonly kind: 'done'
  readonly mayReuse: boolean
  readonly keepAlive: boolean
}

/** How an answer ended. */
export type AnswerEnd =
  | AnswerDone
  /** The server closed before it said anything. */
  | { readonly kind: 'nothing'; readonly detail: string }
  | { readonly kind: 'closed'; readonly detail: string }
  | { readonly kind: 'invalid'; readonly detail: string }

export interface AnswerRelay {
  /** Of the final answer; 0 before its head. */
  readonly status: number
  /** Whether the client has been sent a part of it. */
  readonly hasBegun: boolean
  /** Whether it has become a WebSocket. */
  readonly isTunnel: boolean
  readonly contentBytes: number
  /** Bytes of the server. */
  read(bytes: Buffer): void
  /** The server sends no more. */
  upstreamEnded(): void
}

export interface RelayOptions {
  readonly client: Wire
  readonly upstream: Wire
  readonly head: RequestHead
  readonly decisionId: string
  readonly isStopping: () => boolean
  /** Called once. */
  readonly ended: (end: AnswerEnd) => void
}

/** Interim answers that a server may send before the final one. They are not forwarded. */
const MAX_INTERIM = 16

export function relayAnswer(options: RelayOptions): AnswerRelay {
  const { client, upstream, head, ended } = options
  const collector = createHeadCollector(MAX_HEAD_BYTES)
  let writer: BodyWriter | undefined
  let body: BodyReader | undefined
  let answer: ResponseHead | undefined
  let isTunnel = false
  let hasHeard = false
  let interim = 0
  let keepAlive = false

  const invalid = (detail: string): void => ended({ kind: 'invalid', detail })

  const readHead = (bytes: Buffer): void => {
    const step = collector.add(bytes)
    if (step.kind === 'more') return
    if (step.kind === 'too_large') return invalid('a head of more than 96 KiB')
    const parsed = parseResponseHead(step.text, head.method)
    if (!parsed.ok) return invalid(parsed.error)
    const { status } = parsed.value
    if (status === 101) return startTunnel(parsed.value, step.rest)
    if (status >= 200) return startBody(parsed.value, step.rest)
    interim += 1
    if (interim > MAX_INTERIM) return invalid('too many interim answers')
    if (step.rest.length > 0) readHead(step.rest)
  }

  const startBody = (found: ResponseHead, rest: Buffer): void => {
    const endsWithClose = found.framing.kind === 'until_close' && head.isHttp10
    const isChunked =
      !endsWithClose && (found.framing.kind === 'until_close' || found.framing.kind === 'chunked')
    answer = found
    keepAlive = !head.wantsClose && !options.isStopping()
    // An HTTP/1.0 client knows no chunks; for it the end of the connection is the end of the body.
    writer = createBodyWriter(client, isChunked && !head.isHttp10)
    body = createBodyReader(found.framing)
    writer.head(
      `HTTP/1.1 ${found.status} ${found.phrase}\r\n${responseFieldsText(found.fields)}` +
        bodyLine(found, isChunked && !head.isHttp10) +
        `X-Decision-Id: ${options.decisionId}\r\n${keepAlive ? '' : 'Connection: close\r\n'}\r\n`,
    )
    readBody(rest)
  }

  const readBody = (bytes: Buffer): void => {
    if (body === undefined || writer === undefined) return
    const to = writer
    const taken = body.read(bytes, (content) => to.content(content))
    if (taken < 0) return invalid('a chunk that is none')
    if (body.isDone) to.end()
    const isTaken = to.flush()
    // Bytes behind the answer belong to no request of ours.
    if (body.isDone)
      ended({ kind: 'done', mayReuse: answer?.mayReuse === true && taken === bytes.length, keepAlive })
    else if (!isTaken) upstream.pause()
  }

  const startTunnel = (found: ResponseHead, rest: Buffer): void => {
    const [accept] = valuesOf(found.fields, 'sec-websocket-accept')
    // An upgrade that the client did not ask for, or that is none, would be a hole past every check.
    if (head.webSocketKey === undefined || accept !== acceptOf(head.webSocketKey))
      return invalid('an upgrade that was not asked for')
    answer = found
    isTunnel = true
    writer = createBodyWriter(client, false)
    writer.head(
      `HTTP/1.1 101 Switching Protocols\r\n${responseFieldsText(found.fields)}` +
        `Connection: Upgrade\r\nUpgrade: websocket\r\nX-Decision-Id: ${options.decisionId}\r\n\r\n`,
    )
    relayTunnel(rest)
  }

  const relayTunnel = (bytes: Buffer): void => {
    if (bytes.length > 0) writer?.content(bytes)
    if (writer?.flush() === false) upstream.pause()
  }

  return {
    get status() {
      return answer?.status ?? 0
    },
    get hasBegun() {
      return answer !== undefined
    },
    get isTunnel() {
      return isTunnel
    },
    get contentBytes() {
      return writer?.contentBytes ?? 0
    },
    read(bytes) {
      hasHeard = true
      if (isTunnel) relayTunnel(bytes)
      else if (body === undefined) readHead(bytes)
      else readBody(bytes)
    },
    upstreamEnded() {
      if (isTunnel) return ended({ kind: 'done', mayReuse: false, keepAlive: false })
      if (!hasHeard) return ended({ kind: 'nothing', detail: 'closed without an answer' })
      if (answer?.framing.kind !== 'until_close')
        return ended({
          kind: 'closed',
          detail: answer === undefined ? 'closed within the head' : 'closed within the body',
        })
      writer?.end()
      writer?.flush()
      ended({ kind: 'done', mayReuse: false, keepAlive: keepAlive && !head.isHttp10 })
    },
  }
}

function bodyLine({ framing, fields, status }: ResponseHead, isChunked: boolean): string {
  if (isChunked) return 'Transfer-Encoding: chunked\r\n'
  if (framing.kind === 'length') return framingText(framing)
  // The length that the body would have: of HEAD and 304.
  const [length] = framing.kind === 'none' && status !== 204 ? valuesOf(fields, 'content-length') : []
  return length === undefined ? '' : `Content-Length: ${length}\r\n`
}

/** RFC 6455 §4.2.2. */
const acceptOf = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
