/** Settings of policies and routes: plain data, as the configuration hands them over. */
import type { ClaimRuleSettings } from '../claims/claim-rule.ts'
import type { IdentityHeaderSettings } from '../claims/identity-headers.ts'
import type { CorsSettings } from '../gateway/cors-settings.ts'
import type { ForwardAuthSettings } from '../gateway/forward-auth-settings.ts'
import type { RateLimitSettings } from '../gateway/settings.ts'
import type { TokenSourceSettings } from '../token/token-source-settings.ts'

export interface PolicySettings {
  readonly name: string
  /** Names of the issuers whose tokens it accepts; absent: every configured issuer. */
  readonly issuers?: readonly string[]
  /** Where the token is looked for; absent: the top-level token sources. */
  readonly tokenSources?: readonly TokenSourceSettings[]
  /** Scopes the token must all have. */
  readonly scopeAll: readonly string[]
  /** Scopes of which the token must have at least one; empty: not checked. */
  readonly scopeAny: readonly string[]
  readonly claims: readonly ClaimRuleSettings[]
  readonly identity: readonly IdentityHeaderSettings[]
}

/** How the gateway changes a path before it sends it on. */
export interface RewriteSettings {
  /** Taken away from the front, by whole segments; `/` takes nothing away. */
  readonly stripPrefix: string
  /** Put in front; `/` puts nothing there. Decoded. */
  readonly addPrefix: string
}

export interface RouteSettings {
  readonly name: string
  /** Lower-case host names or `*.example.com`; empty: any host. */
  readonly hosts: readonly string[]
  /** Path patterns; empty: any path. */
  readonly paths: readonly string[]
  /** Upper-case methods; empty: any method. */
  readonly methods: readonly string[]
  readonly access:
    | { readonly kind: 'public' }
    | { readonly kind: 'deny' }
    | { readonly kind: 'policy'; readonly policy: string }
    /** An external service judges; only the gateway can ask it. */
    | { readonly kind: 'forward_auth'; readonly forwardAuth: ForwardAuthSettings }
  /** Name of the upstream that the gateway sends the request to. */
  readonly upstream?: string
  /** What browsers are told about pages of other origins; absent: what the application says. */
  readonly cors?: CorsSettings
  /** Absent: the path is sent on as it was matched. */
  readonly rewrite?: RewriteSettings
  /** How many requests one client may send through this route. Absent: no limit. */
  readonly rateLimits?: readonly RateLimitSettings[]
}
