/**
 * Forward auth: a GET whose `X-Forwarded-*` fields name the original request, as Traefik, Caddy, HAProxy with Warder's
 * Lua action and APISIX send it. These proxies let 2xx pass; of a denial, the client gets status, fields and body.
 */
import type { DenialFor } from '../../decision/denial.ts'
import { problemText, STATUS_TITLES } from '../../decision/problem.ts'
import { isMethod } from '../../request/method.ts'
import { splitTarget } from '../../request/split-target.ts'
import { err, ok, type Result } from '../../result.ts'
import { lastAddress } from '../../syntax/client-address.ts'
import { parseHost } from '../../syntax/parse-host.ts'
import { denyLines, renderAllow, type Dialect } from '../caller.ts'
import { FIELDS, originFault, type OriginField } from './origin-fields.ts'

/** Traefik names the scheme of a WebSocket handshake so, if it trusts the proxy in front of it. */
const SCHEMES: ReadonlyMap<string, 'http' | 'https'> = new Map([
  ['http', 'http'],
  ['https', 'https'],
  ['ws', 'http'],
  ['wss', 'https'],
])
// Origin form (RFC 9112 §3.2.1), visible ASCII only. A repeated field arrives joined with `, `, and has a space.
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/

type Missing = Result<never, DenialFor<'origin_missing'>>

export const forward: Dialect = {
  name: 'forward',
  // Never reads X-Original-*: these proxies pass on whatever the client wrote into those fields.
  parse({ headers }) {
    const method = headers.get(FIELDS.method.key)
    if (method === null || !isMethod(method)) return missing('method', method)
    const proto = headers.get(FIELDS.proto.key)
    const scheme = proto === null ? undefined : SCHEMES.get(proto)
    if (scheme === undefined) return missing('proto', proto)
    const authority = headers.get(FIELDS.host.key)
    const host = authority === null ? undefined : parseHost(authority)
    if (host === undefined) return missing('host', authority)
    const target = headers.get(FIELDS.uri.key)
    if (target === null || !TARGET.test(target)) return missing('uri', target)
    const { path, query } = splitTarget(target)
    return ok({ method, scheme, host, path, query, headers })
  },
  // Each of these proxies writes the address of its own client at the end.
  clientOf: (headers) => lastAddress(headers.get('x-forwarded-for')),
  render(decision, identityNames) {
    if (decision.outcome === 'allow') return renderAllow(decision, identityNames)
    const { status, reason, id } = decision
    return {
      status,
      lines: `${denyLines(decision)}content-type: application/problem+json\r\n`,
      body: problemText({ status, title: STATUS_TITLES[status], code: reason, decisionId: id }),
    }
  },
  originalRequest(method, url) {
    const [, scheme = '', host = '', target = ''] = /^([a-z]+):\/\/([^/]*)(.*)$/.exec(url) ?? []
    const { method: methodField, proto, host: hostField, uri } = FIELDS
    return {
      fields: {
        [methodField.name]: method,
        [proto.name]: scheme,
        [hostField.name]: host,
        [uri.name]: target,
      },
    }
  },
  noBodyHint:
    'send decision requests without a body: in Traefik forwardBody: false, in Caddy method GET, in APISIX request_method: GET',
}

const missing = (field: OriginField, value: string | null): Missing =>
  err(originFault(field, value === null || value === '' ? 'missing' : 'invalid'))
