/** Settings of policies and routes: plain data, as the configuration hands them over. */
import type { BasicAuthSettings } from '../basic-auth/definition.ts'
import type { CorsSettings } from '../cors/definition.ts'
import type { ForwardAuthSettings } from '../forward-auth/definition.ts'
import type { RateLimitSettings } from '../rate-limit/definition.ts'

/** How the gateway changes a path before it sends it on. */
export interface RewriteSettings {
  /** Taken away from the front, by whole segments; `/` takes nothing away. */
  readonly stripPrefix: string
  /** Put in front; `/` puts nothing there. Decoded. */
  readonly addPrefix: string
}

/** Who judges the requests of a route. */
export type JudgeSettings =
  | { readonly kind: 'policy'; readonly policy: string }
  /** An external service; only the gateway can ask it. */
  | { readonly kind: 'forward_auth'; readonly forwardAuth: ForwardAuthSettings }
  /** User name and password; only the gateway can ask for them. */
  | { readonly kind: 'basic_auth'; readonly basicAuth: BasicAuthSettings }

export interface RouteSettings {
  readonly name: string
  /** Lower-case host names or `*.example.com`; empty: any host. */
  readonly host: readonly string[]
  /** Path patterns; empty: any path. */
  readonly path: readonly string[]
  /** Upper-case methods; empty: any method. */
  readonly method: readonly string[]
  readonly access:
    | { readonly kind: 'public' }
    | { readonly kind: 'deny' }
    | JudgeSettings
    /** In the order in which they are asked; all must allow. Never empty; only the gateway can ask them. */
    | { readonly kind: 'all_of'; readonly judges: readonly JudgeSettings[] }
  /** Name of the upstream that the gateway sends the request to. */
  readonly upstream?: string
  /** What browsers are told about pages of other origins; absent: what the application says. */
  readonly cors?: CorsSettings
  /** Whether `_method` in the query may name a method of another route; absent: such a request is denied. */
  readonly allowMethodParameter?: boolean
  /** Whether a request without a token is allowed, with blank identity headers; only for a policy. Absent: denied. */
  readonly allowAnonymous?: boolean
  /** Whether a path that meets this route only in another letter case is really another path; absent: denied. */
  readonly caseSensitive?: boolean
  /**
   * `keep`: also matches paths with encoded slashes, `;`, `//` and bytes outside UTF-8, by their raw segments; absent:
   * they are denied.
   */
  readonly encoded?: 'keep'
  /** Whether the gateway closes a WebSocket when its token has expired; absent: it lives on. */
  readonly closeExpired?: boolean
  /** Absent: the path is sent on as it was matched. */
  readonly rewrite?: RewriteSettings
  /** How many requests one client may send through this route. Absent: no limit. */
  readonly rateLimit?: readonly RateLimitSettings[]
}
