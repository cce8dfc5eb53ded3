/** The head of the request that a server is sent. */
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'
import type { ClientRequest } from '../client/client-request.ts'
import type { Destination } from '../destination.ts'
import { connectionNames } from '../../http/messages/header-fields.ts'
import type { RequestHead } from '../../http/messages/request-head.ts'
import type { Judgement } from '../judges/judge.ts'
import type { ServerSettings, UpstreamSettings } from '../../settings/upstream/definition.ts'
import { folded, isHopByHop, type HeaderRules } from './forward-headers.ts'
import { mapQuery } from './mapped-query.ts'
import { rewritePath } from './rewrite-path.ts'
import { joinProtocols, stripField, stripQuery } from './strip-token.ts'

/** What a head depends on of its destination. */
type HeadRules = Pick<Destination, 'strip' | 'rewrite' | 'judges'> & {
  readonly upstream: { readonly settings: Pick<UpstreamSettings, 'host'> }
}

/**
 * The bytes of the head that a server is sent. Path and query are those that were judged, less the token.
 *
 * The client's fields come first and the gateway's last, so that no field of the client removes one of the gateway.
 */
export function upstreamHeadText(
  { head, isTrustedPeer, forwarded }: Pick<ClientRequest, 'head' | 'isTrustedPeer' | 'forwarded'>,
  { decision, grant }: Judgement,
  destination: HeadRules,
  server: Pick<ServerSettings, 'authority'>,
  rules: HeaderRules,
): string {
  const { upstream, strip, judges } = destination
  const replaced = judges?.replacedHeaders ?? NO_NAMES
  const named = connectionNames(head.fields)
  const host = upstream.settings.host === 'upstream' || head.authority === '' ? server : head
  let text = `${head.method} ${targetOf(head, grant, destination)} HTTP/1.1\r\nHost: ${host.authority}\r\n`
  for (const field of strip === undefined ? head.fields : joinProtocols(head.fields, strip)) {
    if (isHopByHop(field.lower) || named.has(field.lower)) continue
    if (rules.isForbidden(field, isTrustedPeer)) continue
    if (replaced.size > 0 && replaced.has(folded(field.lower))) continue
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
  const identity = decision.outcome === 'allow' ? decision.identity : []
  for (let i = 0; i < identity.length; i++) {
    if (identity[i] !== '') text += `${rules.identityNames[i]}: ${identity[i]}\r\n`
  }
  // Under names that were all removed from the client's fields.
  for (const { name, value } of grant?.headers ?? []) text += `${name}: ${value}\r\n`
  return `${text}X-Decision-Id: ${decision.id}\r\n\r\n`
}

const NO_NAMES: ReadonlySet<string> = new Set()

/** Raw path and query. */
function targetOf(
  head: RequestHead,
  grant: Judgement['grant'],
  { strip, rewrite, judges }: HeadRules,
): string {
  const stripped = strip === undefined ? head.query : stripQuery(head.query, strip)
  const query =
    judges === undefined ? stripped : mapQuery(stripped, judges.isMappedParameter, grant?.params ?? [])
  const path = rewrite === undefined ? head.path : rewritePath(head.path, rewrite)
  return query === undefined ? path : `${path}?${query}`
}

const UPGRADE_LINES = `Connection: Upgrade\r\nUpgrade: ${FORWARDED_UPGRADE}\r\n`

/** The line that frames a body. */
function framingText(framing: RequestHead['framing']): string {
  if (framing.kind === 'length') return `Content-Length: ${framing.bytes}\r\n`
  return framing.kind === 'chunked' ? 'Transfer-Encoding: chunked\r\n' : ''
}
