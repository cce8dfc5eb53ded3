/** The head of an upstream's answer. */
import { err, ok, type Result } from '../../result.ts'
import { membersOf, parseHead, valuesOf, type HeaderField } from './header-fields.ts'
import type { BodyFraming } from './request-head.ts'

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

// The phrase may hold obs-text (RFC 9112 §4), and some servers leave out the space before it.
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/

/**
 * Longest field, in bytes. The runtime cannot pack a longer one for HTTP/2, and after an attempt the connection cannot
 * carry any answer; so no client is sent one.
 */
const MAX_FIELD_BYTES = 61_440

/** Whether a client of any version of HTTP can be sent this. */
export const isSendableField = ({ name, value }: Pick<HeaderField, 'name' | 'value'>): boolean =>
  name.length + value.length <= MAX_FIELD_BYTES

/**
 * @param method Of the request: the answer to HEAD has no body, whatever it announces.
 * @returns Or the fault, for the log.
 */
export function parseResponseHead(text: string, method: string): Result<ResponseHead, string> {
  const head = parseHead(text)
  if (!head.ok) return head
  const { startLine, fields } = head.value
  if (text.length > MAX_FIELD_BYTES && !fields.every(isSendableField))
    return err('a field has more than 60 KiB')
  const [, minor, digits, phrase = ''] = STATUS_LINE.exec(startLine) ?? []
  if (digits === undefined) return err('invalid status line')
  const status = Number(digits)
  const framing = readFraming(fields, status, method, minor === '0')
  if (!framing.ok) return framing
  const mayReuse =
    minor === '1' &&
    framing.value.kind !== 'until_close' &&
    !(method === 'HEAD' && announcesBody(fields)) &&
    !membersOf(fields, 'connection').includes('close')
  return ok({ status, phrase, fields, framing: framing.value, mayReuse })
}

/**
 * Some servers send the body that HEAD asks them to leave out. If it came late, it would be taken for the answer to
 * the next request, which may be another client's.
 */
const announcesBody = (fields: readonly HeaderField[]): boolean =>
  fields.some(
    ({ lower, value }) => lower === 'transfer-encoding' || (lower === 'content-length' && Number(value) > 0),
  )

function readFraming(
  fields: readonly HeaderField[],
  status: number,
  method: string,
  isHttp10: boolean,
): Result<ResponseHead['framing'], string> {
  const lengths = valuesOf(fields, 'content-length')
  const codings = valuesOf(fields, 'transfer-encoding')
  if (lengths.length > 1 || (lengths.length === 1 && !/^\d{1,15}$/.test(lengths[0] ?? '')))
    return err('Content-Length is invalid or sent more than once')
  if (codings.length > 0 && (lengths.length > 0 || isHttp10))
    return err('Transfer-Encoding beside Content-Length or in HTTP/1.0')
  if (codings.length > 1 || (codings.length === 1 && codings[0]?.toLowerCase() !== 'chunked'))
    return err('the Transfer-Encoding is not chunked')
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return ok({ kind: 'none' })
  if (codings.length > 0) return ok({ kind: 'chunked' })
  return ok(lengths.length === 0 ? { kind: 'until_close' } : { kind: 'length', bytes: Number(lengths[0]) })
}
