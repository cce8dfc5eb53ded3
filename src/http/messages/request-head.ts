/** The head of a request: what it asks for, where its body ends, and what becomes of the connection. */
import { isMethod, whyMethodRefused } from '../../request/method.ts'
import { parseHost } from '../../syntax/parse-host.ts'
import { isForwardedUpgrade } from '../../request/upgrade.ts'
import { ok, type Result } from '../../result.ts'
import { fault, readFraming, type BodyFraming, type RequestFault } from './framing.ts'
import { listMembers, TOO_MANY_FIELDS, type FieldReader, type HeaderField } from './header-fields.ts'
import { readMessageHead, type MessageHead } from './message-head.ts'

export interface RequestHead {
  readonly method: string
  /** What the request takes up in memory while it is under way. */
  readonly heldBytes: number
  /** Raw, before any `?`. */
  readonly path: string
  /** Raw, without the `?`; undefined if the target has none. */
  readonly query: string | undefined
  /** Normal form, for matching. Empty for HTTP/1.0 without a Host. */
  readonly host: string
  /** As sent. */
  readonly authority: string
  /** Finds fields by their names. */
  readonly headers: FieldReader
  /** All of them, in order. */
  readonly fields: readonly HeaderField[]
  readonly framing: BodyFraming
  readonly isHttp10: boolean
  /** Whether the connection ends with this exchange. */
  readonly wantsClose: boolean
  /** Whether a client of HTTP/1.0 asks for a connection that goes on, if the answer is framed. */
  readonly wantsKeepAlive: boolean
  readonly expectsContinue: boolean
  /** Whether the client reads trailers of the answer (RFC 9110 §10.1.4). */
  readonly takesTrailers: boolean
  /** `Sec-WebSocket-Key` if the request asks for a WebSocket. */
  readonly webSocketKey: string | undefined
}

// Origin form only; `#` is never sent, and readers disagree on anything but visible ASCII.
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/
/**
 * What a request costs besides the bytes of its head. Measured: 8,000 requests with hardly any fields took 14 KB each,
 * and with 95 fields of one letter 38 KB, a third of it garbage. Charged by bytes alone, they would be 34 and 880 bytes
 * of a budget that exists to bound memory.
 */
const EXCHANGE_BYTES = 8_192
const FIELD_BYTES = 256

/** @param text The bytes before the empty line, as latin1. */
export function parseRequestHead(text: string): Result<RequestHead, RequestFault> {
  const read = readMessageHead(text)
  if (!read.ok) return fault(read.error === TOO_MANY_FIELDS ? 431 : 400, read.error)
  const headers = read.value
  const opening = readOpening(headers)
  if (!opening.ok) return opening
  const framing = readFraming(headers, opening.value.isHttp10)
  return framing.ok ? toRequestHead(opening.value, headers, framing.value, headers.bytes) : framing
}

/** What a request asks for: the request line and the host, checked. */
export interface Opening {
  readonly method: string
  readonly path: string
  readonly query: string | undefined
  readonly host: string
  readonly authority: string
  readonly isHttp10: boolean
}

/**
 * The last one that was good, and its request line. A proxy asks the decision listener by the same line each time:
 * measured, that saves a third of the reading of a head.
 */
let last:
  | { readonly line: string; readonly opening: Result<Opening, RequestFault> & { ok: true } }
  | undefined
/** Longer ones are not worth the memory. */
const MAX_REMEMBERED_LENGTH = 256

function readOpening(head: MessageHead): Result<Opening, RequestFault> {
  if (last !== undefined && head.startsWith(last.line) && head.hasOnly('host', last.opening.value.authority))
    return last.opening
  const line = head.startLine
  const methodEnd = line.indexOf(' ')
  const targetEnd = line.indexOf(' ', methodEnd + 1)
  const version = line.slice(targetEnd + 1)
  if (methodEnd < 0 || targetEnd < 0 || version.includes(' ')) return fault(400, 'invalid request line')
  if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0')
    return fault(/^HTTP\/\d\.\d$/.test(version) ? 505 : 400, 'the version is neither HTTP/1.1 nor HTTP/1.0')
  const method = line.slice(0, methodEnd)
  const target = line.slice(methodEnd + 1, targetEnd)
  const opening = checkOpening(method, target, head.get('host'), version === 'HTTP/1.0')
  // An absent Host is not an empty one, which is refused.
  if (opening.ok && opening.value.authority !== '' && line.length <= MAX_REMEMBERED_LENGTH)
    last = { line, opening }
  return opening
}

/**
 * Checks what is the same in every version of HTTP.
 *
 * @param authority Every value that names the host, joined with commas; null if there is none.
 */
export function checkOpening(
  method: string,
  target: string,
  authority: string | null,
  isHttp10: boolean,
): Result<Opening, RequestFault> {
  if (!isMethod(method)) return fault(400, 'invalid method')
  // In any letter case. Other methods in an unusual letter case are refused by the decision.
  const refused = whyMethodRefused(method)
  if (refused === 'trace' || refused === 'connect')
    return fault(405, `${refused.toUpperCase()} is not forwarded`)
  if (!TARGET.test(target)) return fault(400, 'the request target is not a path')
  // HTTP/1.0 does not require Host (RFC 9112 §3.2), and simple health checks send none. No route has an empty host.
  const host = authority === null ? (isHttp10 ? '' : undefined) : parseHost(authority)
  if (host === undefined) return fault(400, 'Host is missing, invalid or sent more than once')
  const question = target.indexOf('?')
  return ok({
    method,
    path: question < 0 ? target : target.slice(0, question),
    query: question < 0 ? undefined : target.slice(question + 1),
    host,
    authority: authority ?? '',
    isHttp10,
  })
}

/** @param bytes Size of the head as text. */
export function toRequestHead(
  opening: Opening,
  headers: FieldReader,
  framing: BodyFraming,
  bytes: number,
): Result<RequestHead, RequestFault> {
  const expect = headers.get('expect')
  if (expect !== null && expect.toLowerCase() !== '100-continue')
    return fault(417, 'the expectation is not 100-continue')
  return ok(new ReadHead(opening, headers, framing, bytes))
}

/** What only some requests need is read when it is asked for. */
class ReadHead implements RequestHead {
  readonly method: string
  readonly path: string
  readonly query: string | undefined
  readonly host: string
  readonly authority: string
  readonly headers: FieldReader
  readonly framing: BodyFraming
  readonly isHttp10: boolean
  readonly wantsClose: boolean
  readonly heldBytes: number
  readonly #connection: readonly string[]

  constructor(opening: Opening, headers: FieldReader, framing: BodyFraming, bytes: number) {
    this.method = opening.method
    this.path = opening.path
    this.query = opening.query
    this.host = opening.host
    this.authority = opening.authority
    this.isHttp10 = opening.isHttp10
    this.headers = headers
    this.framing = framing
    this.#connection = listMembers(headers.get('connection'))
    this.wantsClose = opening.isHttp10 || this.#connection.includes('close')
    this.heldBytes = EXCHANGE_BYTES + headers.count * FIELD_BYTES + bytes
  }

  get expectsContinue(): boolean {
    return !this.isHttp10 && this.headers.get('expect') !== null
  }

  get fields(): readonly HeaderField[] {
    return this.headers.fields
  }

  get wantsKeepAlive(): boolean {
    return this.isHttp10 && this.#connection.includes('keep-alive') && !this.#connection.includes('close')
  }

  get takesTrailers(): boolean {
    return !this.isHttp10 && listMembers(this.headers.get('te')).includes('trailers')
  }

  get webSocketKey(): string | undefined {
    if (this.method !== 'GET' || this.framing.kind !== 'none' || !this.#connection.includes('upgrade'))
      return undefined
    const upgrade = this.headers.values('upgrade')
    const keys = this.headers.values('sec-websocket-key')
    if (upgrade.length !== 1 || !isForwardedUpgrade(upgrade[0] ?? '') || keys.length !== 1) return undefined
    return keys[0]
  }
}

/** The length that a request announces, else 0. */
export const announcedBytes = ({ framing }: RequestHead): number =>
  framing.kind === 'length' ? framing.bytes : 0

/** Whether content follows the head. */
export const announcesBody = ({ framing }: RequestHead): boolean =>
  framing.kind === 'chunked' || (framing.kind === 'length' && framing.bytes > 0)
