/** A client's request with what its socket and trusted proxies know about it: for the decision, and for the server. */
import type { AuthzRequest, HeaderReader } from '../../request/authz-request.ts'
import { plainAddress } from '../../syntax/ip-address.ts'
import { forwardedFields, type ForwardedFields } from './client-address.ts'
import type { RequestHead } from '../../http/messages/request-head.ts'
import type { IsTrusted } from '../../http/sockets/peer-networks.ts'
import type { RequestTrace } from '../../tracing/request-trace.ts'

export interface ClientRequest {
  readonly head: RequestHead
  readonly isTrustedPeer: boolean
  /** The trusted proxies of the listener that it came by. */
  readonly isTrusted: IsTrusted
  readonly forwarded: ForwardedFields
  /** The form that is judged. */
  readonly authz: AuthzRequest
  /** Its place in a trace; undefined if nothing is traced: then its fields are those of any other request. */
  readonly trace?: RequestTrace | undefined
}

/** Finds the place of a request in its trace; undefined if nothing is traced. */
export type BeginTrace = (headers: HeaderReader, isTrustedPeer: boolean) => RequestTrace | undefined

/** @param peer Address of the other side of the socket; empty on a unix socket. */
export function readClientRequest(
  head: RequestHead,
  peer: string,
  proto: 'http' | 'https',
  isTrusted: IsTrusted,
  beginTrace?: BeginTrace,
): ClientRequest {
  const from = plainAddress(peer)
  const isTrustedPeer = isTrusted(from)
  const forwarded = forwardedFields(
    head.fields,
    from,
    isTrustedPeer ? isTrusted : undefined,
    proto,
    head.authority,
  )
  const authz = toAuthzRequest(head, forwarded.proto)
  return {
    head,
    isTrustedPeer,
    isTrusted,
    forwarded,
    authz,
    trace: beginTrace?.(head.headers, isTrustedPeer),
  }
}

function toAuthzRequest(head: RequestHead, scheme: 'http' | 'https'): AuthzRequest {
  const { method, host, path, query = '', headers } = head
  return { method, scheme, host, path, query, headers }
}
