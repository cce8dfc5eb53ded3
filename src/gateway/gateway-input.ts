/** What a gateway is made from. */
import type { Decide } from '../decision/decide.ts'
import type { FoundRoute } from '../decision/find-route.ts'
import type { RouteSettings } from '../settings/route/definition.ts'
import type { AuthzRequest } from '../request/authz-request.ts'
import type { TokenSourceSettings } from '../settings/token-source/definition.ts'
import type { JudgeInput } from './judges/judge.ts'
import type { GatewayListenSettings } from '../settings/listener/definition.ts'
import type { UpstreamSettings } from '../settings/upstream/definition.ts'
import type { Certificates, ServerTrust } from '../http/sockets/certificates.ts'

export interface GatewayInput {
  readonly decide: Decide
  /** Finds the route of a request, which is then handed to `decide`. Never throws. */
  readonly findRoute: (request: AuthzRequest) => FoundRoute
  readonly newId: () => string
  /** Of challenges that no route has a realm for. */
  readonly realm: string
  /** Lower case, of all policies. */
  readonly identityNames: readonly string[]
  readonly upstreams: readonly UpstreamSettings[]
  /** By name of the upstream. */
  readonly serverTrust: ReadonlyMap<string, ServerTrust>
  /** Of auth services, by the file of their authorities. */
  readonly authTrust: ReadonlyMap<string, ServerTrust>
  /** In the operator's order; read once. */
  readonly routes: Iterable<RouteInput>
  readonly listeners: readonly ListenerInput[]
}

/** One listener of the gateway. */
export interface ListenerInput {
  readonly settings: GatewayListenSettings
  /** Undefined: plain HTTP. */
  readonly certificates: Certificates | undefined
}

/** One route with an upstream. */
export interface RouteInput extends RouteSettings {
  readonly upstream: string
  /** Of the route's policies; empty on public routes. */
  readonly tokenSources: readonly TokenSourceSettings[]
  /** The judges of the route, in their order, if only the gateway can ask them; empty if the core decides. */
  readonly judges: readonly JudgeInput[]
}
