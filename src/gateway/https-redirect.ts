/** The answer of a plain listener that only says where the same is served with TLS. */
import type { ClientRequest } from './client/client-request.ts'
import type { OwnAnswer } from './exchange/own-answer.ts'

const HTTPS_PORT = 443

/**
 * 308 (RFC 9110 §15.4.9), by which the method and the body stay. The host is the one that a route was found for, in
 * the one form in which it was matched; path and query are the client's bytes.
 */
export function httpsRedirect({ head, authz }: ClientRequest, port: number): OwnAnswer {
  const authority = port === HTTPS_PORT ? authz.host : `${authz.host}:${port}`
  const query = head.query === undefined ? '' : `?${head.query}`
  return { status: 308, headers: { Location: `https://${authority}${head.path}${query}` } }
}
