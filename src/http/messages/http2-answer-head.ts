/** Reads the head and the trailers of a server's answer in HTTP/2 into the same form as those of HTTP/1.1. */
import { STATUS_PHRASES } from './status-phrases.ts'
import { err, ok, type Result } from '../../result.ts'
import { listedFields, MAX_FIELDS, TOO_MANY_FIELDS, type HeaderField } from './header-fields.ts'
import { readFraming } from './framing.ts'
import { isSendableField, withoutBody, type ResponseHead } from './response-head.ts'

/** Fields of one connection (RFC 9113 §8.2.2): written into HTTP/1.1, they would mean something else there. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

// RFC 9113 §8.2.1, without letters in upper case. A value stands in one line; bytes as latin1.
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/**
 * @param raw Names and values in turn, as received.
 * @param method Of the request: the answer to HEAD has no body, whatever it announces.
 * @param hasEnded Whether nothing follows the head.
 * @returns Or the fault, for the log.
 */
export function readHttp2AnswerHead(
  raw: readonly string[],
  method: string,
  hasEnded: boolean,
): Result<ResponseHead, string> {
  const [name = '', digits = '', ...rest] = raw
  // The runtime has refused pseudo-headers behind it, and other statuses than three digits.
  if (name !== ':status' || !/^[2-5]\d\d$/.test(digits)) return err('invalid status')
  const fields = readFields(rest)
  if (!fields.ok) return fields
  const status = Number(digits)
  const announced = readFraming(listedFields(fields.value), false)
  if (!announced.ok) return err(announced.error.detail)
  const isEmpty = withoutBody(status, method)
  if (hasEnded && !isEmpty && announced.value.kind === 'length' && announced.value.bytes > 0)
    return err('a length and no body')
  const framing =
    isEmpty || hasEnded
      ? ({ kind: 'none' } as const)
      : announced.value.kind === 'length'
        ? announced.value
        : ({ kind: 'chunked' } as const)
  return ok({ status, phrase: STATUS_PHRASES[status] ?? '', fields: fields.value, framing, mayReuse: true })
}

/** None if any of them is invalid. */
export function readHttp2Trailers(raw: readonly string[]): readonly HeaderField[] {
  const fields = readFields(raw)
  return fields.ok ? fields.value : []
}

function readFields(raw: readonly string[]): Result<readonly HeaderField[], string> {
  const fields: HeaderField[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]]
    if (!NAME.test(name)) return err('invalid header field name')
    if (NOT_IN_VALUE.test(value)) return err('a control character in a header field')
    if (OF_CONNECTION.has(name)) return err('a header field of a connection')
    fields.push({ name, lower: name, value })
  }
  if (fields.length > MAX_FIELDS) return err(TOO_MANY_FIELDS)
  return fields.every(isSendableField) ? ok(fields) : err('a field has more than 60 KiB')
}
