/**
 * Envoy's `ext_authz` over HTTP, and what is built on it (Istio, Envoy Gateway, the Gateway API): the decision request is
 * the original one without its body, below a prefix. Only 200 is an allow; what is below 500 goes to the client with its
 * fields and body; the rest counts as a failure of Warder, with the status that Envoy has for it.
 */
import type { DenialFor } from '../../decision/denial.ts'
import { problemText, STATUS_TITLES } from '../../decision/problem.ts'
import { err, ok } from '../../result.ts'
import { parseClientAddress } from '../../syntax/client-address.ts'
import { denyLines, renderAllow, type Dialect } from '../caller.ts'
import { envoyEndpointOf, POLICY_ENDPOINT } from './endpoint.ts'
import { linesToRemove } from './headers-to-remove.ts'
import { withHiddenBytes } from './hidden-bytes.ts'

type OriginFault = DenialFor<'origin_missing'>

const SCHEME: Omit<OriginFault, 'fault'> = {
  reason: 'origin_missing',
  field: 'X-Forwarded-Proto',
  expected: 'http or https',
  remedy: 'add to allowed_headers of ext_authz: patterns: [{ exact: x-forwarded-proto }]',
}

// Made once: a misconfigured proxy sends every request like that.
const SCHEME_MISSING = err<OriginFault>({ ...SCHEME, fault: 'missing' })
const SCHEME_INVALID = err<OriginFault>({ ...SCHEME, fault: 'invalid' })
const HOST_MISSING = err<OriginFault>({
  reason: 'origin_missing',
  field: 'Host',
  fault: 'missing',
  expected: 'one host',
  remedy: 'Envoy sends the Host of the client by itself; let nothing between Envoy and Warder change it',
})
const PATH_MISSING = err<OriginFault>({
  reason: 'origin_missing',
  field: 'the original path behind /v1/auth/envoy',
  fault: 'missing',
  expected: 'one path',
  remedy: 'in http_service of ext_authz: path_prefix: /v1/auth/envoy, and no path_override',
})

export const envoyDialect: Dialect = {
  name: 'envoy',
  policyEndpoint: POLICY_ENDPOINT,
  // The path stays as it arrived: dot segments and empty ones are for the decision to refuse.
  parse({ method, path, query = '', host, headers }) {
    const endpoint = envoyEndpointOf(path)
    if (endpoint === undefined) return PATH_MISSING
    const scheme = headers.get('x-forwarded-proto')
    if (scheme === null || scheme === '') return SCHEME_MISSING
    if (scheme !== 'http' && scheme !== 'https') return SCHEME_INVALID
    if (host === '') return HOST_MISSING
    return ok({
      method,
      scheme,
      host,
      path: withHiddenBytes(path.slice(endpoint.length - 1)),
      query,
      headers,
    })
  },
  // Not X-Forwarded-For: Envoy ends it with its own address when it asks.
  clientOf: (headers) => parseClientAddress(headers.get('x-envoy-external-address') ?? ''),
  render(decision, identityNames) {
    if (decision.outcome === 'allow') {
      const { status, lines, body } = renderAllow(decision, identityNames)
      return { status, lines: lines + linesToRemove(decision, identityNames), body }
    }
    const { status, reason, id } = decision
    return {
      status,
      lines: `${denyLines(decision)}content-type: application/problem+json\r\n`,
      body: problemText({ status, title: STATUS_TITLES[status], code: reason, decisionId: id }),
    }
  },
  originalRequest(method, url) {
    const [, scheme = '', host = '', target = ''] = /^([a-z]+):\/\/([^/]*)(.*)$/.exec(url) ?? []
    return {
      method,
      target: `/v1/auth/envoy${target}`,
      fields: { Host: host, 'X-Forwarded-Proto': scheme },
    }
  },
  noBodyHint: 'remove with_request_body from ext_authz: Warder decides without the body',
}
