/** The head of an upstream's answer. */
import { err, ok, type Result } from '../../result.ts'
import { readFraming, type BodyFraming } from './framing.ts'
import { listMembers, type FieldLine, type HeaderField } from './header-fields.ts'
import { readMessageHead, type MessageHead } from './message-head.ts'

export interface ResponseHead {
  readonly status: number
  /** Reason phrase as sent. */
  readonly phrase: string
  readonly fields: readonly HeaderField[]
  /** `until_close`: the body ends with the connection. */
  readonly framing: BodyFraming | { readonly kind: 'until_close' }
  /** Whether the connection may carry another request. */
  readonly mayReuse: boolean
}

/**
 * Longest field, in bytes. The runtime cannot pack a longer one for HTTP/2, and after an attempt the connection cannot
 * carry any answer; so no client is sent one.
 */
const MAX_FIELD_BYTES = 61_440

/** Whether a client of any version of HTTP can be sent this. */
export const isSendableField = ({ name, value }: FieldLine): boolean =>
  name.length + value.length <= MAX_FIELD_BYTES

/**
 * @param method Of the request: the answer to HEAD has no body, whatever it announces.
 * @returns Or the fault, for the log.
 */
export function parseResponseHead(text: string, method: string): Result<ResponseHead, string> {
  const head = readMessageHead(text)
  if (!head.ok) return head
  const { fields } = head.value
  if (text.length > MAX_FIELD_BYTES && !fields.every(isSendableField))
    return err('a field has more than 60 KiB')
  const line = readStatusLine(head.value)
  if (line === undefined) return err('invalid status line')
  const { status, phrase, isHttp10 } = line
  const announced = readFraming(head.value, isHttp10)
  if (!announced.ok) return err(announced.error.detail)
  const framing = framingOf(announced.value, status, method)
  const mayReuse =
    !isHttp10 &&
    framing.kind !== 'until_close' &&
    !(method === 'HEAD' && announcesBody(announced.value)) &&
    !listMembers(head.value.get('connection')).includes('close')
  return ok({ status, phrase, fields, framing, mayReuse })
}

interface StatusLine {
  readonly isHttp10: boolean
  readonly status: number
  readonly phrase: string
}

// The phrase may hold obs-text (RFC 9112 §4), and some servers leave out the space before it.
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/

/** The last one, and how it was read. Servers repeat themselves, and the pattern took 5 % of a forwarded request. */
let last: { readonly text: string; readonly line: StatusLine } | undefined
/** Longer ones are not worth the memory. */
const MAX_REMEMBERED_LENGTH = 128

function readStatusLine(head: MessageHead): StatusLine | undefined {
  if (last !== undefined && head.startsWith(last.text)) return last.line
  const text = head.startLine
  const [, minor, digits, phrase = ''] = STATUS_LINE.exec(text) ?? []
  if (digits === undefined) return undefined
  const line = { isHttp10: minor === '0', status: Number(digits), phrase }
  if (text.length <= MAX_REMEMBERED_LENGTH) last = { text, line }
  return line
}

/**
 * Some servers send the body that HEAD asks them to leave out. If it came late, it would be taken for the answer to
 * the next request, which may be another client's.
 */
const announcesBody = (framing: BodyFraming): boolean =>
  framing.kind === 'chunked' || (framing.kind === 'length' && framing.bytes > 0)

/** Whether an answer never has a body, whatever it announces (RFC 9112 §6.3). */
export const withoutBody = (status: number, method: string): boolean =>
  method === 'HEAD' || status < 200 || status === 204 || status === 304

/** Without a framing, the body ends with the connection. */
function framingOf(framing: BodyFraming, status: number, method: string): ResponseHead['framing'] {
  if (withoutBody(status, method)) return { kind: 'none' }
  return framing.kind === 'none' ? { kind: 'until_close' } : framing
}
