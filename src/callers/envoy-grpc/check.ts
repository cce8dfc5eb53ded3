/**
 * Envoy's `ext_authz` over gRPC: `envoy.service.auth.v3.Authorization/Check`, as Envoy, Istio, Contour, Envoy Gateway and
 * agentgateway ask. It is no {@link Dialect}: questions and answers are messages, and have no endpoint of HTTP.
 */
import type { Decision } from '../../decision/decision.ts'
import type { DenialFor } from '../../decision/denial.ts'
import type { AuthzRequest, HeaderReader } from '../../request/authz-request.ts'
import { isMethod } from '../../request/method.ts'
import { splitTarget } from '../../request/split-target.ts'
import { err, ok, type Result } from '../../result.ts'
import { parseClientAddress } from '../../syntax/client-address.ts'
import { parseHost } from '../../syntax/parse-host.ts'
import { checkAnswer } from './check-answer.ts'
import { withHiddenBytes } from '../envoy/hidden-bytes.ts'
import type { CheckRequest } from './check-request.ts'
import { toBytes } from './protobuf-writer.ts'

/** Longest message. Over HTTP a whole head has 96 KiB at most; a body that Envoy packs into the message is not wanted. */
export const MAX_CHECK_BYTES = 1024 ** 2

type OriginFault = DenialFor<'origin_missing'>
type Fault = Result<never, OriginFault>

const about = (field: string, expected: string, remedy: string) => {
  const facts = { reason: 'origin_missing', field, expected, remedy } as const
  return {
    missing: err<OriginFault>({ ...facts, fault: 'missing' }),
    invalid: err<OriginFault>({ ...facts, fault: 'invalid' }),
  }
}

const HTTP = 'attributes.request.http'
const BY_ITSELF = 'Envoy sends it by itself; other callers must fill it in'
const MESSAGE = about(
  'the CheckRequest',
  `a message of envoy.service.auth.v3, of ${MAX_CHECK_BYTES / 1024 ** 2} MiB at most`,
  'in Envoy: transport_api_version: V3, and no with_request_body',
)
const REQUEST = about(
  HTTP,
  'the request to judge',
  'ask from the HTTP filter envoy.filters.http.ext_authz; the network filter of the same name describes no request',
)
const METHOD = about(`${HTTP}.method`, 'one method', BY_ITSELF)
const PATH = about(`${HTTP}.path`, 'one path with its query', BY_ITSELF)
const HOST = about(`${HTTP}.host`, 'one host', BY_ITSELF)
const SCHEME = about(
  `${HTTP}.scheme`,
  'http or https',
  'in Envoy: use_remote_address: true, and x-forwarded-proto among allowed_headers if that is set',
)
const POLICY = about(
  'context_extensions.policy',
  'the name of a policy in the configuration of Warder',
  'in check_settings of the route, name a policy of Warder, or remove the line, so that its routes choose one',
)

/** A message that cannot be read, or was not read because of its length. */
export const UNREADABLE_CHECK: OriginFault = MESSAGE.invalid.error

/** The policy that the proxy names, or undefined: then the routes choose. `find` looks it up in the configuration. */
export function policyOf<P>(
  { policies }: CheckRequest,
  find: (name: string) => P | undefined,
): Result<P | undefined, OriginFault> {
  const [name, ...others] = policies
  if (name === undefined) return ok(undefined)
  const policy = others.length === 0 ? find(name) : undefined
  return policy === undefined ? POLICY.invalid : ok(policy)
}

/** Returns the original request, or what is missing in the description. */
export function parseCheck(check: CheckRequest): Result<AuthzRequest, OriginFault> {
  const { method, path: target, headers } = check
  if (!check.hasHttp) return REQUEST.missing
  if (!isMethod(method)) return faultOf(METHOD, method)
  // `*` and other forms are no path; dot segments and the like are for the decision to refuse.
  if (!target.startsWith('/')) return faultOf(PATH, target)
  const host = parseHost(check.host)
  if (host === undefined) return faultOf(HOST, check.host)
  // Envoy writes the field by its own connection, where a client of HTTP/2 chooses the scheme itself.
  const scheme = headers.get('x-forwarded-proto') ?? check.scheme
  if (scheme !== 'http' && scheme !== 'https') return faultOf(SCHEME, scheme)
  const { path, query } = splitTarget(target)
  return ok({ method, scheme, host, path: withHiddenBytes(path), query, headers })
}

const faultOf = ({ missing, invalid }: ReturnType<typeof about>, value: string): Fault =>
  value === '' ? missing : invalid

/**
 * The client's address: what Envoy's configuration writes into the metadata of the call, else the other side of Envoy's
 * own connection, which may be a load balancer. Never a field of the client's request, which is in the message.
 */
export const clientOfCheck = (
  metadata: HeaderReader | undefined,
  check: CheckRequest | undefined,
): string | undefined =>
  parseClientAddress(metadata?.get('x-envoy-external-address') ?? '') ??
  parseClientAddress(check?.clientAddress ?? '')

/** @param asked The Check; undefined if it could not be read. */
export const renderCheck = (
  decision: Decision,
  identityNames: readonly string[],
  asked: CheckRequest | undefined,
): Buffer => toBytes(checkAnswer(decision, identityNames, asked ?? NOTHING))

const NOTHING = { headers: { names: [], get: () => null }, clientAddress: '' }
