/** A client's request with what the socket says about it: for the decision, and for the server. */
import type { AuthzRequest } from '../../request/authz-request.ts'
import { forwardedFields, plainAddress, type ForwardedFields, type IsTrusted } from './client-address.ts'
import { requestHeadText } from '../exchange/forward-headers.ts'
import { valuesOf } from '../http/header-fields.ts'
import type { Judgement } from '../judges/judge-request.ts'
import { mapQuery } from '../exchange/mapped-query.ts'
import type { RequestHead } from '../http/request-head.ts'
import { rewritePath } from '../exchange/rewrite-path.ts'
import type { Destination, GatewayRules } from '../rules.ts'
import type { ServerSettings } from '../settings.ts'
import { stripQuery } from '../exchange/strip-token.ts'

export interface ClientRequest {
  readonly head: RequestHead
  readonly isTrustedPeer: boolean
  /** Of the listener that it came by. */
  readonly isTrusted: IsTrusted
  readonly forwarded: ForwardedFields
  /** In the form that is judged. */
  readonly authz: AuthzRequest
}

/** @param peer Address of the other side of the socket; empty on a unix socket. */
export function readClientRequest(
  head: RequestHead,
  peer: string,
  proto: 'http' | 'https',
  rules: GatewayRules,
): ClientRequest {
  const from = plainAddress(peer)
  const { isTrusted } = rules
  const isTrustedPeer = isTrusted(from)
  const forwarded = forwardedFields(
    head.fields,
    from,
    isTrustedPeer ? isTrusted : undefined,
    proto,
    head.authority,
  )
  return { head, isTrustedPeer, isTrusted, forwarded, authz: toAuthzRequest(head, forwarded.proto) }
}

/** The bytes of the head that a server is sent. Path and query are those that were judged, less the token. */
export function upstreamHeadText(
  { head, isTrustedPeer, forwarded }: ClientRequest,
  { decision, grant }: Judgement,
  { upstream, strip, rewrite, judges }: Destination,
  server: ServerSettings,
  rules: GatewayRules,
): string {
  const stripped = strip === undefined ? head.query : stripQuery(head.query, strip)
  const query =
    judges === undefined ? stripped : mapQuery(stripped, judges.isMappedParameter, grant?.params ?? [])
  const path = rewrite === undefined ? head.path : rewritePath(head.path, rewrite)
  const request = {
    head,
    target: query === undefined ? path : `${path}?${query}`,
    authority:
      upstream.settings.host === 'upstream' || head.authority === '' ? server.authority : head.authority,
    identity: decision.outcome === 'allow' ? decision.identity : [],
    isTrustedPeer,
    forwarded,
    decisionId: decision.id,
    strip,
    replaced: judges?.replacedHeaders ?? NO_NAMES,
    granted: grant?.headers ?? [],
  }
  return requestHeadText(request, rules.headers)
}

const NO_NAMES: ReadonlySet<string> = new Set()

function toAuthzRequest(head: RequestHead, scheme: 'http' | 'https'): AuthzRequest {
  const { method, host, path, query = '', fields } = head
  const get = (name: string): string | null => {
    const values = valuesOf(fields, name)
    return values.length === 0 ? null : values.join(name === 'cookie' ? '; ' : ', ')
  }
  return { method, scheme, host, path, query, headers: { get } }
}
