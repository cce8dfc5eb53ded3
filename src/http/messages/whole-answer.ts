/** An answer that is whole before it is sent: its head and body as the bytes of HTTP/1.1. */
import { STATUS_CODES } from 'node:http'
import type { FieldLine } from './header-fields.ts'

export interface WholeAnswer {
  readonly status: number
  /** Without the fields of framing and of the connection. Values are latin1, without control characters. */
  readonly fields: readonly FieldLine[]
  /** ASCII; empty: none. */
  readonly body: string
  /** The connection ends with it. */
  readonly isLast?: true
}

/** What becomes of the connection behind an answer. */
export type AfterAnswer = keyof typeof CONNECTION_LINES

const CONNECTION_LINES = {
  /** A client of HTTP/1.1 may send the next request. */
  stays: '',
  /** The same, for a client of HTTP/1.0 that has asked for it (RFC 9112 §C.2.2). */
  stays_for_http10: 'Connection: keep-alive\r\n',
  ends: 'Connection: close\r\n',
} as const

const NO_CONTENT = 204

/** @param isHead The request was HEAD: the head alone is sent. */
export function wholeAnswerText(
  { status, fields, body }: WholeAnswer,
  isHead: boolean,
  after: AfterAnswer,
): string {
  let text = STATUS_LINES.get(status) ?? statusLine(status)
  for (const { name, value } of fields) text += `${name}: ${value}\r\n`
  // RFC 9110 §8.6: such an answer has no length.
  if (status !== NO_CONTENT) text += `Content-Length: ${body.length}\r\n`
  text += `${CONNECTION_LINES[after]}\r\n`
  return isHead ? text : text + body
}

const statusLine = (status: number): string => `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`

const STATUS_LINES: ReadonlyMap<number, string> = new Map(
  Object.keys(STATUS_CODES).map((status) => [Number(status), statusLine(Number(status))]),
)
