/** The request to an auth service: the client's, described in headers, without its body. */
import { ok, err, type Result } from '../../../result.ts'
import type { ClientRequest } from '../../client/client-request.ts'
import type { ForwardAuthSettings } from '../../../settings/forward-auth/definition.ts'
import { folded, isAboutRequest, isHopByHop, type HeaderRules } from '../../exchange/forward-headers.ts'
import { connectionNames, type FieldLine, type HeaderField } from '../../../http/messages/header-fields.ts'
import { TRACE_FIELDS } from '../../../tracing/request-trace.ts'
import { denied, type DenyVerdict } from '../judge.ts'

/** By these the service knows a client, even if a mapping replaces them for the application. */
const CREDENTIALS: readonly string[] = ['authorization', 'cookie']

/** Whether a client's field may be sent to the service. */
export type IsSent = (field: HeaderField) => boolean

export function compileSentFields(settings: ForwardAuthSettings, rules: HeaderRules): IsSent {
  const { sendHeaders, requiredHeaders } = settings
  const listed = sendHeaders === 'all' ? undefined : new Set([...sendHeaders, ...requiredHeaders])
  const wanted = new Set([...CREDENTIALS, ...requiredHeaders])
  return (field) => {
    const { lower } = field
    if (isHopByHop(lower) || isOfBody(lower) || isAboutRequest(folded(lower))) return false
    if (listed !== undefined && !listed.has(lower)) return false
    // A client must not send the service what only the service or a policy may set.
    return wanted.has(lower) || !rules.isForbidden(field, false)
  }
}

/**
 * Conditions and ranges would turn the answer into one about a document: 304, 206, 412. The body of the answer is not
 * read, so it need not be encoded.
 */
const isOfBody = (lower: string): boolean =>
  lower.startsWith('if-') || lower === 'range' || lower === 'accept-encoding'

/**
 * The bytes of the request, as text; or the denial of a client that did not send a required header. The fields of a trace
 * that Warder takes part in are not among them: equal questions have equal texts. See {@link withTraceFields}.
 */
export function authRequestText(
  { head, authz, forwarded, trace }: ClientRequest,
  { server, target, requiredHeaders }: ForwardAuthSettings,
  isSent: IsSent,
): Result<string, DenyVerdict> {
  const named = connectionNames(head.fields)
  const sent = head.fields.filter(
    (field) =>
      !named.has(field.lower) && isSent(field) && (trace === undefined || !TRACE_FIELDS.has(field.lower)),
  )
  const missing = requiredHeaders.find(
    (name) => !sent.some(({ lower, value }) => lower === name && value !== ''),
  )
  if (missing !== undefined) return headerMissing(missing)
  // The service may tell sites apart by their host, and this request has none.
  if (head.authority === '') return headerMissing('host')
  let text = `GET ${target} HTTP/1.1\r\nHost: ${server.authority}\r\n`
  const cookies: string[] = []
  for (const { name, lower, value } of sent) {
    if (lower === 'cookie') cookies.push(value)
    else text += `${name}: ${value}\r\n`
  }
  if (cookies.length > 0) text += `Cookie: ${cookies.join('; ')}\r\n`
  const uri = head.query === undefined ? head.path : `${head.path}?${head.query}`
  // The Host that was matched, not the one that a proxy in front may have sent.
  const { authority, method } = head
  text += `X-Original-URL: ${authz.scheme}://${authority}${uri}\r\nX-Original-URI: ${uri}\r\n`
  text += `X-Original-Method: ${method}\r\nX-Forwarded-Method: ${method}\r\nX-Forwarded-Uri: ${uri}\r\n`
  text += `X-Forwarded-Proto: ${authz.scheme}\r\nX-Forwarded-Host: ${authority}\r\n`
  text += `X-Forwarded-For: ${forwarded.forwardedFor}\r\n`
  // oauth2-proxy and its like read the client's address here. On a unix socket there may be none.
  if (forwarded.realIp !== '') text += `X-Real-IP: ${forwarded.realIp}\r\n`
  return ok(`${text}\r\n`)
}

/** The same request as a part of a trace. */
export function withTraceFields(text: string, fields: readonly FieldLine[]): string {
  const lines = fields.map(({ name, value }) => `${name}: ${value}\r\n`).join('')
  return `${text.slice(0, -2)}${lines}\r\n`
}

const headerMissing = (header: string): Result<never, DenyVerdict> =>
  err(denied({ denial: { reason: 'header_missing', header }, status: 403 }))
