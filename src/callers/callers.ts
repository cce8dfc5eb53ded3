/** Every caller. A proxy is a folder here and a line in {@link PROXIES}. */
import type { Caller } from './caller.ts'
import { jwtauthrequest } from './jwtauthrequest.ts'
import { nginx } from './nginx/nginx.ts'
import type { Proxy } from './proxy.ts'
import { token } from './token.ts'

export const PROXIES: readonly [Proxy, ...Proxy[]] = [nginx]

/** Contracts of other systems; the configuration sets their paths. */
export const FOREIGN_CALLERS = { jwtauthrequest } satisfies Readonly<Record<string, Caller>>

/** The caller without an original request: a policy judges its token, and routes do not apply. */
export const TOKEN_CALLER: Caller = token

/** Path of a caller's endpoint. Routes choose the policy, unless the path names one. */
export const endpointPath = ({ name }: Caller, policy?: string): string =>
  `/v1/auth/${name}${policy === undefined ? '' : `/${policy}`}`

/** The endpoints of all proxies, for messages. */
export const proxyEndpoints = (policy?: string): string =>
  PROXIES.map((proxy) => endpointPath(proxy, policy)).join(' or ')
