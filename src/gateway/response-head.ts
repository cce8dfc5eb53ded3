/** The head of an upstream's answer. */
import { err, ok, type Result } from '../result.ts'
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

// The phrase may hold obs-text (RFC 9112 §4), and the space before it is left out by some.
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/

/**
 * @param method Of the request: the answer to HEAD has no body, whatever it announces.
 * @returns Or what is wrong with it, for the log.
 */
export function parseResponseHead(text: string, method: string): Result<ResponseHead, string> {
  const head = parseHead(text)
  if (!head.ok) return head
  const { startLine, fields } = head.value
  const [, minor, digits, phrase = ''] = STATUS_LINE.exec(startLine) ?? []
  if (digits === undefined) return err('not a status line')
  const status = Number(digits)
  const framing = readFraming(fields, status, method, minor === '0')
  if (!framing.ok) return framing
  const mayReuse =
    minor === '1' &&
    framing.value.kind !== 'until_close' &&
    !membersOf(fields, 'connection').includes('close')
  return ok({ status, phrase, fields, framing: framing.value, mayReuse })
}

function readFraming(
  fields: readonly HeaderField[],
  status: number,
  method: string,
  isHttp10: boolean,
): Result<ResponseHead['framing'], string> {
  const lengths = valuesOf(fields, 'content-length')
  const codings = valuesOf(fields, 'transfer-encoding')
  if (lengths.length > 1 || (lengths.length === 1 && !/^\d{1,15}$/.test(lengths[0] ?? '')))
    return err('not one Content-Length')
  if (codings.length > 0 && (lengths.length > 0 || isHttp10))
    return err('Transfer-Encoding beside Content-Length or in HTTP/1.0')
  if (codings.length > 1 || (codings.length === 1 && codings[0]?.toLowerCase() !== 'chunked'))
    return err('a Transfer-Encoding that is not chunked')
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return ok({ kind: 'none' })
  if (codings.length > 0) return ok({ kind: 'chunked' })
  return ok(lengths.length === 0 ? { kind: 'until_close' } : { kind: 'length', bytes: Number(lengths[0]) })
}
