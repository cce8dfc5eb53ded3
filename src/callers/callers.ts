/** Every caller. A dialect is a line in {@link DIALECTS}; a proxy is a folder here and a line in {@link PROXIES}. */
import { apache } from './apache/apache.ts'
import { apisix } from './apisix/apisix.ts'
import { caddy } from './caddy/caddy.ts'
import type { Caller, Dialect } from './caller.ts'
import { envoyDialect } from './envoy/dialect.ts'
import { envoy } from './envoy/envoy.ts'
import { envoyEndpointOf } from './envoy/endpoint.ts'
import { envoyGateway } from './envoy-gateway/envoy-gateway.ts'
import { envoyGrpc } from './envoy-grpc/envoy-grpc.ts'
import { forward } from './forward/forward.ts'
import { gatewayApi } from './gateway-api/gateway-api.ts'
import { haproxy } from './haproxy/haproxy.ts'
import { ingressNginx } from './ingress-nginx/ingress-nginx.ts'
import { istio } from './istio/istio.ts'
import { jwtauthrequest } from './jwtauthrequest.ts'
import { nginxDialect } from './nginx/dialect.ts'
import { nginx } from './nginx/nginx.ts'
import type { Proxy } from './proxy.ts'
import { token } from './token.ts'
import { traefik } from './traefik/traefik.ts'

/** Callers with an endpoint for original requests. */
export const DIALECTS: readonly [Dialect, ...Dialect[]] = [nginxDialect, forward, envoyDialect]

export const PROXIES: readonly Proxy[] = [
  nginx,
  haproxy,
  apache,
  traefik,
  caddy,
  envoy,
  envoyGrpc,
  istio,
  envoyGateway,
  gatewayApi,
  apisix,
  ingressNginx,
]

/** Contracts of other systems; the configuration sets their paths. */
export const FOREIGN_CALLERS = { jwtauthrequest } satisfies Readonly<Record<string, Caller>>

/** The caller without an original request: a policy judges its token, and routes do not apply. */
export const TOKEN_CALLER: Caller = token

/** Path of a caller's endpoint. Routes choose the policy, unless the path names one. */
export const endpointPath = (
  { name, policyEndpoint = name }: Caller & Pick<Dialect, 'policyEndpoint'>,
  policy?: string,
): string => `/v1/auth/${policy === undefined ? name : `${policyEndpoint}/${policy}`}`

/** Where a proxy asks. */
export const askedAt = ({ asks }: Proxy): string => ('endpoint' in asks ? asks.endpoint : endpointPath(asks))

/** The endpoint that a raw path begins with, and the slash behind it, if the rest is the original path; else the path. */
export const endpointOf = (path: string): string => envoyEndpointOf(path) ?? path

/** The endpoints of all dialects, for messages. */
export const dialectEndpoints = (policy?: string): string =>
  DIALECTS.map((dialect) => endpointPath(dialect, policy)).join(' or ')
