/**
 * nginx `auth_request`, and what works like it (ingress-nginx, OpenResty). It lets 2xx pass, returns 401 and 403 to the client, and turns everything else into a 500; it reads
 * no body. So 503 (keys unavailable) becomes a 500, unless the `error_page` of the snippet changes it.
 */
import type { DenialFor } from '../../decision/denial.ts'
import { isMethod } from '../../request/method.ts'
import { parseOriginalUrl } from '../../request/parse-original-url.ts'
import { err, ok } from '../../result.ts'
import { lastAddress } from '../../syntax/client-address.ts'
import { denyLines, renderAllow, type Dialect } from '../caller.ts'

/** Somebody who follows the lines for nginx with another proxy is not helped by them. */
const OTHER_PROXIES =
  'Traefik, Caddy, HAProxy, Apache httpd and APISIX ask /v1/auth/forward, Envoy asks /v1/auth/envoy'

const METHOD_FIELD = 'X-Original-Method'
const URL_FIELD = 'X-Original-URL'

const METHOD: Omit<DenialFor<'origin_missing'>, 'fault'> = {
  reason: 'origin_missing',
  field: METHOD_FIELD,
  expected: 'one method',
  remedy: `add to the auth location: proxy_set_header ${METHOD_FIELD} $request_method; ${OTHER_PROXIES}`,
}
const URL: typeof METHOD = {
  reason: 'origin_missing',
  field: URL_FIELD,
  expected: 'one absolute URL',
  remedy: `add to the auth location: proxy_set_header ${URL_FIELD} $scheme://$host$request_uri; ${OTHER_PROXIES}`,
}

// Made once: a misconfigured proxy sends every request without them.
const METHOD_MISSING = err<DenialFor<'origin_missing'>>({ ...METHOD, fault: 'missing' })
const METHOD_INVALID = err<DenialFor<'origin_missing'>>({ ...METHOD, fault: 'invalid' })
const URL_MISSING = err<DenialFor<'origin_missing'>>({ ...URL, fault: 'missing' })
const URL_INVALID = err<DenialFor<'origin_missing'>>({ ...URL, fault: 'invalid' })

export const nginxDialect: Dialect = {
  name: 'nginx',
  // Never reads X-Forwarded-* here: nginx passes on whatever the client wrote into these fields.
  parse({ headers }) {
    const method = headers.get('x-original-method')
    if (method === null || method === '') return METHOD_MISSING
    if (!isMethod(method)) return METHOD_INVALID
    const url = headers.get('x-original-url')
    if (url === null || url === '') return URL_MISSING
    const original = parseOriginalUrl(url)
    if (original === undefined) return URL_INVALID
    const { scheme, host, path, query } = original
    return ok({ method, scheme, host, path, query, headers })
  },
  // Warder's text sets the field to $remote_addr. It decides nothing: a text without that line passes on what the client
  // wrote, and then the log has what the client claims: `warder doctor --server` finds that.
  clientOf: (headers) => lastAddress(headers.get('x-forwarded-for')),
  render: (decision, identityNames) =>
    decision.outcome === 'allow'
      ? renderAllow(decision, identityNames)
      : { status: decision.status, lines: denyLines(decision), body: '' },
  originalRequest: (method, url) => ({ fields: { [METHOD_FIELD]: method, [URL_FIELD]: url } }),
  noBodyHint: 'add to the auth location: proxy_pass_request_body off; proxy_set_header Content-Length "";',
}
