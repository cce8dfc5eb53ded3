/** What decides about a request and where it goes: replaced whole when the configuration changes. */
import type { Decide } from '../decision/decide.ts'
import type { RewriteSettings } from '../policy/settings.ts'
import type { TokenSourceSettings } from '../token/token-source-settings.ts'
import type { Certificates, ServerTrust } from './certificates.ts'
import { compileTrusted, type IsTrusted } from './client-address.ts'
import type { Deadlines } from './deadlines.ts'
import { compileHeaderRules, type HeaderRules } from './forward-headers.ts'
import { compileRewrite, type RewriteRule } from './rewrite-path.ts'
import { createRouteAuths, grantedNames } from './route-auth.ts'
import type { JudgeInput } from './route-judge.ts'
import { createRouteJudges, hidesCredentials, userHeaderNames, type RouteJudges } from './route-judges.ts'
import type { UpstreamSettings } from './settings.ts'
import { compileStripRule, type StripRule } from './strip-token.ts'
import { createUpstream, type Upstream } from './upstream.ts'

/** What the gateway is made of. */
export interface GatewayInput {
  readonly decide: Decide
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
  readonly routes: readonly GatewayRoute[]
  readonly trustedProxies: readonly string[]
  /** Undefined: plain HTTP. */
  readonly certificates: Certificates | undefined
}

export interface GatewayRoute {
  /** Unique; a decision names it. */
  readonly name: string
  readonly upstream: string
  /** Where the route's policies look for a token; empty on public routes. */
  readonly tokenSources: readonly TokenSourceSettings[]
  readonly rewrite?: RewriteSettings
  /** Who judges the route, in order, where the core cannot; empty where it does. */
  readonly judges: readonly JudgeInput[]
}

export interface Destination {
  readonly upstream: Upstream
  readonly strip: StripRule | undefined
  readonly rewrite: RewriteRule | undefined
  /** Undefined where the core judges. */
  readonly judges: RouteJudges | undefined
}

export interface GatewayRules {
  readonly decide: Decide
  readonly newId: () => string
  readonly headers: HeaderRules
  readonly isTrusted: IsTrusted
  /** By name of the route. */
  readonly destinations: ReadonlyMap<string, Destination>
  /** Lets go of the upstreams' connections as their exchanges end. */
  close(): void
}

/** A route that names an unknown upstream throws; the configuration was checked. */
export function compileGatewayRules(input: GatewayInput, deadlines: Deadlines): GatewayRules {
  const upstreams = new Map(
    input.upstreams.map((settings) => [
      settings.name,
      createUpstream(settings, input.serverTrust.get(settings.name) ?? {}, deadlines),
    ]),
  )
  const headers = compileHeaderRules(
    input.identityNames,
    input.routes.flatMap(({ judges }) => [...grantedNames(judges), ...userHeaderNames(judges)]),
  )
  const auths = createRouteAuths(headers, input.authTrust, deadlines)
  const judgesOf = createRouteJudges(input.decide, auths, input.realm)
  const destinationOf = ({
    name,
    upstream,
    tokenSources,
    rewrite,
    judges,
  }: GatewayRoute): readonly [string, Destination] => {
    const found = upstreams.get(upstream)
    if (found === undefined) throw new TypeError(`no upstream named ${upstream}`)
    const strip = compileStripRule(tokenSources, found.settings.stripToken, hidesCredentials(judges))
    return [
      name,
      {
        upstream: found,
        strip,
        rewrite: rewrite && compileRewrite(rewrite),
        judges: judgesOf(judges),
      },
    ]
  }
  return {
    decide: input.decide,
    newId: input.newId,
    headers,
    isTrusted: compileTrusted(input.trustedProxies),
    destinations: new Map(input.routes.map(destinationOf)),
    close: () => {
      for (const upstream of upstreams.values()) upstream.close()
      auths.close()
    },
  }
}
