/** Reads where the body of a message ends: one reading, or none. */
import { err, ok, type Result } from '../../result.ts'
import type { FieldReader } from './header-fields.ts'

/** How the end of a body is found. */
export type BodyFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }

/** Why a request is not judged: it is invalid, or has more than one reading. */
export interface RequestFault {
  readonly status: 400 | 405 | 408 | 413 | 417 | 431 | 501 | 505
  /** For the log. */
  readonly detail: string
}

/** What reading finds instead. */
export const fault = (status: RequestFault['status'], detail: string): Result<never, RequestFault> =>
  err({ status, detail })

const NONE: Result<BodyFraming, RequestFault> = ok({ kind: 'none' })
const CHUNKED: Result<BodyFraming, RequestFault> = ok({ kind: 'chunked' })

/** Requests are smuggled through two readings of where a body ends (RFC 9112 §6.3): only a single reading passes. */
export function readFraming(fields: FieldReader, isHttp10: boolean): Result<BodyFraming, RequestFault> {
  const length = fields.get('content-length')
  const coding = fields.get('transfer-encoding')
  if (coding !== null) {
    if (length !== null) return fault(400, 'Content-Length beside Transfer-Encoding')
    if (isHttp10) return fault(400, 'Transfer-Encoding in HTTP/1.0')
    // Repeated fields arrive joined with commas.
    if (coding.toLowerCase() !== 'chunked') return fault(501, 'the Transfer-Encoding is not chunked')
    return CHUNKED
  }
  if (length === null) return NONE
  if (!/^\d{1,15}$/.test(length)) return fault(400, 'Content-Length is invalid or sent more than once')
  return ok({ kind: 'length', bytes: Number(length) })
}
