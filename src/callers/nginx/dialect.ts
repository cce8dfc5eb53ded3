/**
 * How nginx asks. It lets 2xx through, hands 401 and 403 to the client, and turns everything else into a 500; it reads
 * no body. So 503 (keys unavailable) is a 500 there unless the `error_page` of our snippet changes it.
 */
import { denial } from '../../decision/denial.ts'
import { isMethod } from '../../request/method.ts'
import { parseOriginalUrl } from '../../request/parse-original-url.ts'
import { err, ok } from '../../result.ts'
import { denyHeaders, renderAllow } from '../answer.ts'
import type { Caller } from '../caller.ts'

export const METHOD_FIELD = 'X-Original-Method'
export const URL_FIELD = 'X-Original-URL'

/** What the auth location must not leave out. */
export const NO_BODY_HINT =
  'add to the auth location: proxy_pass_request_body off; proxy_set_header Content-Length "";'

const ADD_METHOD = `add to the auth location: proxy_set_header ${METHOD_FIELD} $request_method;`
const ADD_URL = `add to the auth location: proxy_set_header ${URL_FIELD} $scheme://$host$request_uri;`

// Made once; a proxy without its headers sends every request without them.
const METHOD_MISSING = err(denial('origin_missing', `${METHOD_FIELD} is missing; ${ADD_METHOD}`))
const METHOD_INVALID = err(denial('origin_missing', `${METHOD_FIELD} is not one method; ${ADD_METHOD}`))
const URL_MISSING = err(denial('origin_missing', `${URL_FIELD} is missing; ${ADD_URL}`))
const URL_INVALID = err(denial('origin_missing', `${URL_FIELD} is not one absolute URL; ${ADD_URL}`))

/** X-Forwarded-* is not read here: nginx passes on whatever the client wrote into it. */
export const parse: Caller['parse'] = ({ headers }) => {
  const method = headers.get('x-original-method')
  if (method === null || method === '') return METHOD_MISSING
  if (!isMethod(method)) return METHOD_INVALID
  const url = headers.get('x-original-url')
  if (url === null || url === '') return URL_MISSING
  const original = parseOriginalUrl(url)
  if (original === undefined) return URL_INVALID
  const { scheme, host, path, query } = original
  return ok({ method, scheme, host, path, query, headers })
}

/** Status and headers; nginx reads no body. */
export const render: Caller['render'] = (decision, identityNames) =>
  decision.outcome === 'allow'
    ? renderAllow(decision, identityNames)
    : { status: decision.status, headers: denyHeaders(decision), body: null }
