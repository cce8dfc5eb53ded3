/** The way back: the upstream's answer, read strictly and written anew for the client. */
import { createHash } from 'node:crypto'
import {
  answerFields,
  answerTrailers,
  interceptedFields,
  type AnswerField,
  type AnswerRules,
} from './answer-fields.ts'
import { createExpiringTunnel, type ExpiringTunnel } from './expiring-tunnel.ts'
import { createBodyReader, type BodyReader } from '../http/body-reader.ts'
import type { AnswerHead, AnswerSink } from '../client/client-stream.ts'
import { createAnswerHeadReader } from '../http/answer-head-reader.ts'
import { valuesOf } from '../http/header-fields.ts'
import { protocolToSelect, type StripRule } from './strip-token.ts'
import type { RequestHead } from '../http/request-head.ts'
import type { ResponseHead } from '../http/response-head.ts'
import type { Wire } from '../sockets/wire.ts'

/** A whole answer, and whether the server's connection may carry another one. */
export interface AnswerDone {
  readonly kind: 'done'
  readonly mayReuse: boolean
}

/** An answer of which the client has been sent nothing, because one of ours takes its place. */
export interface AnswerIntercepted {
  readonly kind: 'intercepted'
  readonly status: number
  readonly fields: readonly AnswerField[]
  readonly mayReuse: boolean
}

/** How an answer ended. */
export type AnswerEnd =
  | AnswerDone
  | AnswerIntercepted
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
  /** Bytes of the server. */
  read(bytes: Buffer): void
  /** The server sends no more. Not `isIntact`: the connection broke off, which ends no body. */
  upstreamEnded(isIntact: boolean): void
}

export interface RelayOptions {
  readonly client: AnswerSink
  readonly upstream: Wire
  readonly head: RequestHead
  readonly decisionId: string
  readonly rules: AnswerRules
  /** What was taken out of the request. */
  readonly strip: StripRule | undefined
  /** Has a WebSocket closed in time; undefined: it lives as long as its sides want. */
  readonly expiry: ((onExpired: () => void) => void) | undefined
  /** Called once, and once more for what comes behind a whole answer. */
  readonly ended: (end: AnswerEnd) => void
}

/** What comes behind a whole answer ends it once more, and with it the use of the connection. */
const OVER: AnswerDone = { kind: 'done', mayReuse: false }

export function relayAnswer(options: RelayOptions): AnswerRelay {
  const { client, upstream, head, ended } = options
  const reader = createAnswerHeadReader(head.method)
  let body: BodyReader | undefined
  let answer: ResponseHead | undefined
  let isTunnel = false
  let expiring: ExpiringTunnel | undefined
  let hasHeard = false
  /** The client has it all. The exchange may go on: while the rest of the request is on its way. */
  let isWhole = false

  const invalid = (detail: string): void => ended({ kind: 'invalid', detail })

  const readHead = (bytes: Buffer): void => {
    const step = reader.read(bytes)
    if (step.kind === 'more') return
    if (step.kind === 'invalid') return invalid(step.detail)
    if (step.head.status === 101) startTunnel(step.head, step.rest)
    else if (options.rules.intercepts(step.head.status)) intercept(step.head, step.rest)
    else startBody(step.head, step.rest)
  }

  const intercept = (found: ResponseHead, rest: Buffer): void => {
    const dropped = createBodyReader(found.framing)
    const taken = dropped.read(rest, () => {})
    // A body that is not here yet is not waited for; the connection is the price.
    const mayReuse = found.mayReuse && dropped.isDone && taken === rest.length
    ended({ kind: 'intercepted', status: found.status, fields: interceptedFields(found.fields), mayReuse })
  }

  const startBody = (found: ResponseHead, rest: Buffer): void => {
    answer = found
    body = createBodyReader(found.framing)
    client.answer(toAnswerHead(found, options))
    readBody(rest)
  }

  const readBody = (bytes: Buffer): void => {
    if (body === undefined) return
    const taken = body.read(bytes, (content) => client.content(content))
    if (taken < 0) return invalid('a chunk that is none')
    isWhole = body.isDone
    if (isWhole) client.endAnswer(head.takesTrailers ? answerTrailers(body.trailerLines) : [])
    const isTaken = client.flush()
    // Bytes behind the answer belong to no request of ours.
    if (isWhole) ended({ kind: 'done', mayReuse: answer?.mayReuse === true && taken === bytes.length })
    else if (!isTaken) upstream.pause()
  }

  const startTunnel = (found: ResponseHead, rest: Buffer): void => {
    const [accept] = valuesOf(found.fields, 'sec-websocket-accept')
    // An upgrade that the client did not ask for, or that is none, would be a hole past every check.
    if (head.webSocketKey === undefined || accept !== acceptOf(head.webSocketKey))
      return invalid('an upgrade that was not asked for')
    answer = found
    isTunnel = true
    client.startTunnel(withProtocol(toAnswerHead(found, options), options))
    if (options.expiry !== undefined) {
      expiring = createExpiringTunnel(
        (bytes) => client.content(bytes),
        () => {
          client.flush()
          ended(OVER)
        },
      )
      options.expiry(expiring.expire)
    }
    relayTunnel(rest)
  }

  const relayTunnel = (bytes: Buffer): void => {
    if (expiring !== undefined) expiring.fromServer(bytes)
    else if (bytes.length > 0) client.content(bytes)
    if (!client.flush()) upstream.pause()
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
    read(bytes) {
      hasHeard = true
      if (isWhole) ended(OVER)
      else if (isTunnel) relayTunnel(bytes)
      else if (body === undefined) readHead(bytes)
      else readBody(bytes)
    },
    upstreamEnded(isIntact) {
      if (isWhole || isTunnel) return ended(OVER)
      if (!hasHeard) return ended({ kind: 'nothing', detail: 'closed without an answer' })
      if (answer?.framing.kind !== 'until_close' || !isIntact)
        return ended({
          kind: 'closed',
          detail: answer === undefined ? 'closed within the head' : 'closed within the body',
        })
      isWhole = true
      client.endAnswer([])
      client.flush()
      ended(OVER)
    },
  }
}

function toAnswerHead(found: ResponseHead, { decisionId, head, rules }: RelayOptions): AnswerHead {
  const { status, phrase, framing } = found
  const fields = answerFields(found.fields, head.takesTrailers, rules)
  fields.push({ name: 'X-Decision-Id', value: decisionId })
  return { status, phrase, fields, length: lengthOf(found), hasBody: framing.kind !== 'none' }
}

/** A server selects no subprotocol if it was offered none but the token's. */
function withProtocol(answer: AnswerHead, { head, strip }: RelayOptions): AnswerHead {
  const selected = protocolToSelect(head.fields, strip)
  const name = 'Sec-WebSocket-Protocol'
  if (
    selected === undefined ||
    answer.fields.some((field) => field.name.toLowerCase() === name.toLowerCase())
  )
    return answer
  return { ...answer, fields: [...answer.fields, { name, value: selected }] }
}

/** Without a body, the length that it would have: of HEAD and 304. */
function lengthOf({ framing, fields, status }: ResponseHead): number | undefined {
  if (framing.kind === 'length') return framing.bytes
  const [length] =
    framing.kind === 'none' && status >= 200 && status !== 204 ? valuesOf(fields, 'content-length') : []
  return length === undefined ? undefined : Number(length)
}

/** RFC 6455 §4.2.2. */
const acceptOf = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
