/**
 * nginx `auth_request`, and what speaks like it (ingress-nginx, OpenResty).
 *
 * nginx lets 2xx through, hands 401 and 403 to the client, and turns everything else into a 500; it reads no
 * body. So 503 (keys unavailable) is a 500 there unless the `error_page` of our snippet says otherwise.
 */
import { denial } from '../../decision/trial.ts'
import { isMethod } from '../../request/method.ts'
import { parseOriginalUrl } from '../../request/parse-original-url.ts'
import { err, ok } from '../../result.ts'
import { denyHeaders, renderAllow } from '../answer.ts'
import type { Caller } from '../caller.ts'

const ADD_METHOD = 'add to the auth location: proxy_set_header X-Original-Method $request_method;'
const ADD_URL = 'add to the auth location: proxy_set_header X-Original-URL $scheme://$host$request_uri;'

// Made once; a proxy without its headers sends every request without them.
const METHOD_MISSING = err(denial('origin_missing', `X-Original-Method is missing; ${ADD_METHOD}`))
const METHOD_INVALID = err(denial('origin_missing', `X-Original-Method is not one method; ${ADD_METHOD}`))
const URL_MISSING = err(denial('origin_missing', `X-Original-URL is missing; ${ADD_URL}`))
const URL_INVALID = err(denial('origin_missing', `X-Original-URL is not one absolute URL; ${ADD_URL}`))

export const nginx: Caller = {
  name: 'nginx',
  // X-Forwarded-* is not read here: nginx passes on whatever the client wrote into it.
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
  render: (decision, identityNames) =>
    decision.outcome === 'allow'
      ? renderAllow(decision, identityNames)
      : { status: decision.status, headers: denyHeaders(decision), body: null },
}
