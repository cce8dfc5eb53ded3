/** An answer that is whole before it is sent: its head and body as the bytes of HTTP/1.1. */
import { STATUS_CODES } from 'node:http'
import type { FieldLine } from './header-fields.ts'

export interface WholeAnswer {
  readonly status: number
  /** Without the fields of framing and of the connection. */
  readonly fields: readonly FieldLine[]
  /** ASCII; empty: none. */
  readonly body: string
}

/** @param isHead The request was HEAD: the head alone is sent. */
export function wholeAnswerText(
  { status, fields, body }: WholeAnswer,
  isHead: boolean,
  keepAlive: boolean,
): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`
  for (const { name, value } of fields) text += `${name}: ${value}\r\n`
  if (body !== '') text += `Content-Length: ${body.length}\r\n`
  text += `${keepAlive ? '' : 'Connection: close\r\n'}\r\n`
  return isHead ? text : text + body
}
