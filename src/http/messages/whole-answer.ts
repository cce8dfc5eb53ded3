/** An answer that is whole before it is sent: its head and body as the bytes of HTTP/1.1. */
import { STATUS_PHRASES } from './status-phrases.ts'
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

/** An answer of HTTP/1.1 alone, whose fields are written already. */
export interface WrittenAnswer extends Omit<WholeAnswer, 'fields'> {
  /** Each with its end: `name: value\r\n`. */
  readonly lines: string
}

const NO_CONTENT = 204

/** @param isHead The request was HEAD: the head alone is sent. */
export function wholeAnswerText(answer: WholeAnswer, isHead: boolean, after: AfterAnswer): string {
  let lines = ''
  for (const { name, value } of answer.fields) lines += `${name}: ${value}\r\n`
  return writtenAnswerText({ ...answer, lines }, isHead, after)
}

export function writtenAnswerText(
  { status, lines, body }: WrittenAnswer,
  isHead: boolean,
  after: AfterAnswer,
): string {
  const start = STATUS_LINES.get(status) ?? statusLine(status)
  // RFC 9110 §8.6: a 204 has no length.
  const length = body === '' ? (status === NO_CONTENT ? '' : NO_LENGTH) : `Content-Length: ${body.length}\r\n`
  const head = `${start}${lines}${length}${CONNECTION_LINES[after]}\r\n`
  return isHead || body === '' ? head : head + body
}

const NO_LENGTH = 'Content-Length: 0\r\n'

/** The same answer for a client of any version of HTTP. */
export const asWholeAnswer = ({ lines, ...answer }: WrittenAnswer): WholeAnswer => ({
  ...answer,
  fields: lines
    .split('\r\n')
    .slice(0, -1)
    .map((line) => {
      const colon = line.indexOf(': ')
      return { name: line.slice(0, colon), value: line.slice(colon + 2) }
    }),
})

const statusLine = (status: number): string => `HTTP/1.1 ${status} ${STATUS_PHRASES[status] ?? ''}\r\n`

const STATUS_LINES: ReadonlyMap<number, string> = new Map(
  Object.keys(STATUS_PHRASES).map((status) => [Number(status), statusLine(Number(status))]),
)
