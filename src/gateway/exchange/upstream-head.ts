/** The head of the request that a server is sent. */
import type { ClientRequest } from '../client/client-request.ts'
import type { Destination } from '../destination.ts'
import { connectionNames, type FieldLine } from '../../http/messages/header-fields.ts'
import type { RequestHead } from '../../http/messages/request-head.ts'
import type { Judgement } from '../judges/judge.ts'
import type { LinkRequest } from '../upstream/link.ts'
import type { ServerSettings, UpstreamSettings } from '../../settings/upstream/definition.ts'
import { folded, isHopByHop, type HeaderRules } from './forward-headers.ts'
import { TRACE_FIELDS, type OpenSpan } from '../../tracing/request-trace.ts'
import { mapQuery } from './mapped-query.ts'
import { rewritePath } from './rewrite-path.ts'
import { joinProtocols, stripField, stripQuery } from './strip-token.ts'

type Forwarded = Pick<ClientRequest, 'head' | 'isTrustedPeer' | 'forwarded' | 'trace'>

/** What a head depends on of its destination. */
type HeadRules = Pick<Destination, 'strip' | 'rewrite' | 'judges'> & {
  readonly upstream: { readonly settings: Pick<UpstreamSettings, 'host'> }
}

/**
 * The head that a server is sent. Path and query are those that were judged, less the token.
 *
 * The client's fields come first and the gateway's last, so that no field of the client removes one of the gateway.
 *
 * @param attempt The span of this request, if it has one.
 */
export function toLinkRequest(
  { head, isTrustedPeer, forwarded, trace }: Forwarded,
  { decision, grant }: Judgement,
  destination: HeadRules,
  server: Pick<ServerSettings, 'authority'>,
  rules: HeaderRules,
  attempt?: OpenSpan,
): LinkRequest {
  const { upstream, strip, judges } = destination
  const replaced = judges?.replacedHeaders ?? NO_NAMES
  const named = connectionNames(head.fields)
  const host = upstream.settings.host === 'upstream' || head.authority === '' ? server : head
  const fields: FieldLine[] = []
  for (const field of strip === undefined ? head.fields : joinProtocols(head.fields, strip)) {
    if (isHopByHop(field.lower) || named.has(field.lower)) continue
    if (rules.isForbidden(field, isTrustedPeer)) continue
    if (trace !== undefined && TRACE_FIELDS.has(field.lower)) continue
    if (replaced.size > 0 && replaced.has(folded(field.lower))) continue
    const value = strip === undefined ? field.value : stripField(field, strip)
    if (value !== undefined) fields.push(value === field.value ? field : { name: field.name, value })
  }
  fields.push(
    { name: 'X-Forwarded-For', value: forwarded.forwardedFor },
    { name: 'X-Forwarded-Proto', value: forwarded.proto },
  )
  if (forwarded.host !== '') fields.push({ name: 'X-Forwarded-Host', value: forwarded.host })
  fields.push({ name: 'Forwarded', value: forwarded.forwarded })
  if (forwarded.realIp !== '') fields.push({ name: 'X-Real-IP', value: forwarded.realIp })
  const identity = decision.outcome === 'allow' ? decision.identity : []
  for (let i = 0; i < identity.length; i++) {
    const value = identity[i] ?? ''
    if (value !== '') fields.push({ name: rules.identityNames[i] ?? '', value })
  }
  // Under names that were all removed from the client's fields.
  if (grant !== undefined) fields.push(...grant.headers)
  fields.push({ name: 'X-Decision-Id', value: decision.id })
  if (trace !== undefined) fields.push(...trace.fieldsUnder(attempt))
  return {
    method: head.method,
    target: targetOf(head, grant, destination),
    authority: host.authority,
    fields,
    framing: head.framing,
    takesTrailers: head.takesTrailers,
    isUpgrade: head.webSocketKey !== undefined,
  }
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
