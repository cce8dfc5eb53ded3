/** The head of the request that a server is sent. */
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'
import type { ForwardedFields } from '../client/client-address.ts'
import type { ClientRequest } from '../client/client-request.ts'
import type { Destination } from '../destination.ts'
import { connectionNames } from '../http/header-fields.ts'
import type { RequestHead } from '../http/request-head.ts'
import type { GrantedHeader, Judgement } from '../judges/judge.ts'
import type { ServerSettings } from '../../settings/upstream/definition.ts'
import { folded, isHopByHop, type HeaderRules } from './forward-headers.ts'
import { mapQuery } from './mapped-query.ts'
import { rewritePath } from './rewrite-path.ts'
import { joinProtocols, stripField, stripQuery, type StripRule } from './strip-token.ts'

/** The bytes of the head that a server is sent. Path and query are those that were judged, less the token. */
export function upstreamHeadText(
  { head, isTrustedPeer, forwarded }: ClientRequest,
  { decision, grant }: Judgement,
  { upstream, strip, rewrite, judges }: Destination,
  server: ServerSettings,
  rules: HeaderRules,
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
  return requestHeadText(request, rules)
}

const NO_NAMES: ReadonlySet<string> = new Set()

export interface OutgoingRequest {
  readonly head: RequestHead
  /** Raw path and query. */
  readonly target: string
  /** `Host` of the upstream request. */
  readonly authority: string
  /** Values of the identity headers in their order; empty ones are not sent. */
  readonly identity: readonly string[]
  readonly isTrustedPeer: boolean
  readonly forwarded: ForwardedFields
  readonly decisionId: string
  readonly strip: StripRule | undefined
  /** Folded names of client fields that are not sent on this route. */
  readonly replaced: ReadonlySet<string>
  /** From auth services, under names that were all removed from the client's fields. */
  readonly granted: readonly GrantedHeader[]
}

/** The client's fields come first and the gateway's last, so that no field of the client removes one of the gateway. */
export function requestHeadText(request: OutgoingRequest, rules: HeaderRules): string {
  const { head, forwarded, identity, strip } = request
  const named = connectionNames(head.fields)
  let text = `${head.method} ${request.target} HTTP/1.1\r\nHost: ${request.authority}\r\n`
  for (const field of strip === undefined ? head.fields : joinProtocols(head.fields, strip)) {
    if (isHopByHop(field.lower) || named.has(field.lower)) continue
    if (rules.isForbidden(field, request.isTrustedPeer)) continue
    if (request.replaced.size > 0 && request.replaced.has(folded(field.lower))) continue
    const value = strip === undefined ? field.value : stripField(field, strip)
    if (value !== undefined) text += `${field.name}: ${value}\r\n`
  }
  text += framingText(head.framing)
  if (head.webSocketKey !== undefined) text += UPGRADE_LINES
  else if (head.takesTrailers) text += 'Connection: TE\r\nTE: trailers\r\n'
  text += `X-Forwarded-For: ${forwarded.forwardedFor}\r\nX-Forwarded-Proto: ${forwarded.proto}\r\n`
  if (forwarded.host !== '') text += `X-Forwarded-Host: ${forwarded.host}\r\n`
  text += `Forwarded: ${forwarded.forwarded}\r\n`
  if (forwarded.realIp !== '') text += `X-Real-IP: ${forwarded.realIp}\r\n`
  for (let i = 0; i < identity.length; i++) {
    if (identity[i] !== '') text += `${rules.identityNames[i]}: ${identity[i]}\r\n`
  }
  for (const { name, value } of request.granted) text += `${name}: ${value}\r\n`
  return `${text}X-Decision-Id: ${request.decisionId}\r\n\r\n`
}

const UPGRADE_LINES = `Connection: Upgrade\r\nUpgrade: ${FORWARDED_UPGRADE}\r\n`

/** The line that frames a body. */
function framingText(framing: RequestHead['framing']): string {
  if (framing.kind === 'length') return `Content-Length: ${framing.bytes}\r\n`
  return framing.kind === 'chunked' ? 'Transfer-Encoding: chunked\r\n' : ''
}
