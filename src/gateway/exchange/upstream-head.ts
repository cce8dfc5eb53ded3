/** The head that a server is sent in the place of the client's. */
import type { ClientRequest } from '../client/client-request.ts'
import type { Judgement } from '../judges/judge-request.ts'
import type { Destination } from '../rules.ts'
import type { ServerSettings } from '../../settings/upstream/definition.ts'
import { requestHeadText, type HeaderRules } from './forward-headers.ts'
import { mapQuery } from './mapped-query.ts'
import { rewritePath } from './rewrite-path.ts'
import { stripQuery } from './strip-token.ts'

/** As latin1. Path and query are those that were judged, without the token. */
export function upstreamHeadText(
  { head, isTrustedPeer, forwarded }: ClientRequest,
  { decision, grant }: Judgement,
  { upstream, strip, rewrite, judges }: Destination,
  server: ServerSettings,
  headers: HeaderRules,
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
  return requestHeadText(request, headers)
}

const NO_NAMES: ReadonlySet<string> = new Set()
