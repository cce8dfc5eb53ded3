/** Everything the operator decided, as plain frozen data. Made by load-settings, read by app/build. */
import type { SocketAddress } from '../socket-address.ts'
import type { UpstreamSettings } from './upstream/definition.ts'
import type { GatewayListenSettings } from './listener/definition.ts'
import type { IssuerSettings } from './issuer/definition.ts'
import type { RouteSettings } from './route/definition.ts'
import type { PolicySettings } from './policy/definition.ts'
import type { TokenSourceSettings } from './token-source/definition.ts'

/** A decision endpoint with another system's contract, at a path of its own. */
export interface EndpointSettings {
  /** Exact path on the decisions listener. */
  readonly path: string
  /** `jwtauthrequest`: the request is the one that arrived; the answer is 200 or 403 and nothing else. */
  readonly dialect: 'jwtauthrequest'
  /** Name of the policy that judges. */
  readonly policy: string
}

export interface Settings {
  readonly issuers: readonly IssuerSettings[]
  readonly tokenSources: readonly TokenSourceSettings[]
  readonly policies: readonly PolicySettings[]
  /** First match wins. Empty: any valid token is allowed everywhere. */
  readonly routes: readonly RouteSettings[]
  readonly endpoints: readonly EndpointSettings[]
  /** Where the gateway sends requests. */
  readonly upstreams: readonly UpstreamSettings[]
  readonly listen: {
    readonly decisions: SocketAddress
    /** Null: off. */
    readonly admin: SocketAddress | null
    /** Host names under which the admin listener answers, besides addresses and `localhost`; absent: none. */
    readonly adminHosts?: readonly string[]
    /** Empty, the default: no gateway. */
    readonly gateway: readonly GatewayListenSettings[]
  }
  /** Longest token in bytes, 256 to 65,536. Default 8,192. */
  readonly maxTokenBytes: number
  /** The verified-token cache; `tokens: 0` turns it off. Default 100,000 tokens, 64 MiB. */
  readonly cache: { readonly tokens: number; readonly bytes: number }
  /** `realm` of the challenge, RFC 9110 §11.5. Default `warder`. */
  readonly realm: string
  /** How long a stopping process stays up, not ready, for its callers to notice, in milliseconds. Default 5,000. */
  readonly drainMs: number
}
