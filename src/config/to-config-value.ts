/** Settings → the value of a `warder.yaml` that says the same: the way back of to-settings.ts. */
import type { IdentityHeaderSettings } from '../settings/policy/definition.ts'
import { assertClaimPath } from '../syntax/claim-path.ts'
import type { IssuerSettings } from '../settings/issuer/definition.ts'
import type { KeySettings, OneKeySource, RemoteKeySettings } from '../settings/keys/definition.ts'
import type { JudgeSettings, RouteSettings } from '../settings/route/definition.ts'
import type { PolicySettings } from '../settings/policy/definition.ts'
import type { TokenSourceSettings } from '../settings/token-source/definition.ts'
import { formatByteSize } from '../settings/values/byte-size.ts'
import { MASK } from '../printable.ts'
import { fromClaimRule } from './claim-rule-values.ts'
import { fromCors } from './cors-values.ts'
import { formatDuration } from '../settings/values/duration.ts'
import { compact, escape, mapDefined, unlessDefault, unlessEmpty, writeUrl } from './config-value.ts'
import type { ConfigValueOptions, Value } from './config-value.ts'
import { fromBasicAuth } from './basic-auth-values.ts'
import { fromForwardAuth } from './forward-auth-values.ts'
import { fromGatewayListeners, fromUpstream } from './from-gateway-settings.ts'
import { formatListenAddress } from '../settings/values/listen-address.ts'
import { fromRateLimits } from './rate-limit-values.ts'
import { fromReach } from './key-reach.ts'
import { fromRefreshSettings } from './key-refresh.ts'
import {
  DEFAULT_CACHE,
  DEFAULT_DRAIN_MS,
  DEFAULT_IDENTITY_MAX_BYTES,
  DEFAULT_LEEWAY_SECONDS,
  DEFAULT_LISTEN,
  DEFAULT_MAX_TOKEN_BYTES,
  DEFAULT_REALM,
  DEFAULT_REMOTE_KEYS,
  DEFAULT_TOKEN_SOURCES,
} from './setting-defaults.ts'
import type { Settings } from '../settings/definition.ts'

/** Keys whose value is undefined are absent from what is written. */
export function toConfigValue(settings: Settings, options: ConfigValueOptions): Value {
  const unless = unlessDefault(options)
  const { listen, cache } = settings
  return compact({
    version: 1,
    issuers: unlessEmpty(settings.issuers.map((issuer) => fromIssuer(issuer, options))),
    token_sources: unless(settings.tokenSources, DEFAULT_TOKEN_SOURCES)?.map((source) =>
      fromTokenSource(source),
    ),
    policies: unlessEmpty(
      Object.fromEntries(settings.policies.map((policy) => [policy.name, fromPolicy(policy, options)])),
    ),
    routes: unlessEmpty(settings.routes.map((route) => fromRoute(route, options))),
    endpoints: unlessEmpty(settings.endpoints),
    upstreams: unlessEmpty(
      Object.fromEntries(
        settings.upstreams.map((upstream) => [upstream.name, fromUpstream(upstream, options)]),
      ),
    ),
    listen: unlessEmpty(
      compact({
        decisions: mapDefined(unless(listen.decisions, DEFAULT_LISTEN.decisions), formatListenAddress),
        admin: mapDefined(unless(listen.admin, DEFAULT_LISTEN.admin), (address) =>
          address === null ? 'off' : formatListenAddress(address),
        ),
        admin_hosts: listen.adminHosts,
        gateway: fromGatewayListeners(listen.gateway, options),
      }),
    ),
    limits: mapDefined(unless(settings.maxTokenBytes, DEFAULT_MAX_TOKEN_BYTES), (bytes) => ({
      max_token_bytes: formatByteSize(bytes),
    })),
    cache: mapDefined(unless(cache, DEFAULT_CACHE), () => ({
      tokens: cache.tokens,
      bytes: formatByteSize(cache.bytes),
    })),
    realm: mapDefined(unless(settings.realm, DEFAULT_REALM), escape),
    drain: mapDefined(unless(settings.drainMs, DEFAULT_DRAIN_MS), formatDuration),
  })
}

function fromIssuer(issuer: IssuerSettings, options: ConfigValueOptions): Value {
  const unless = unlessDefault(options)
  const maxAge = issuer.maxAgeSeconds
  return compact({
    name: issuer.name,
    issuer: issuer.issuer === null ? 'any' : escape(issuer.issuer),
    tenants: issuer.anyTenant === undefined ? undefined : 'any',
    tenant_claim: mapDefined(issuer.anyTenant?.claim, escape),
    issuer_aliases: issuer.issuerAliases?.map((alias) => escape(alias)),
    audience_claim: mapDefined(issuer.audienceClaim, escape),
    audience: issuer.audience === null ? 'any' : issuer.audience.map((audience) => escape(audience)),
    keys: unlessEmpty(fromKeys(issuer.keys, options)),
    algorithms: issuer.algorithms,
    leeway: mapDefined(unless(issuer.leewaySeconds, DEFAULT_LEEWAY_SECONDS), (s) =>
      formatDuration(s * 1_000),
    ),
    max_age: mapDefined(maxAge, (seconds) => formatDuration(seconds * 1_000)),
    typ: issuer.typ?.map((typ) => escape(typ)),
    require: unlessEmpty(issuer.require.map((claim) => escape(claim))),
    claims: mapDefined(issuer.claims, (rules) =>
      Object.fromEntries(rules.map((rule) => [assertClaimPath(rule.path).join('.'), fromClaimRule(rule)])),
    ),
    scope_claims: issuer.scopeClaims?.map((claim) => escape(claim)),
    allow_missing_exp: unless(issuer.allowMissingExp, false),
    require_kid: unless(issuer.requireKid, false),
    allow_sender_constrained: unless(issuer.allowSenderConstrained, false),
  })
}

const fromKeys = (keys: KeySettings, options: ConfigValueOptions): Value | readonly Value[] =>
  keys.kind === 'several'
    ? keys.sources.map((one) => fromKeySource(one, options))
    : fromKeySource(keys, options)

function fromKeySource(keys: OneKeySource, options: ConfigValueOptions): Value {
  switch (keys.kind) {
    case 'secret': {
      const text = options.secrets === 'masked' ? { secret: MASK } : writeSecret(keys.secret)
      const allowShort = unlessDefault(options)(keys.allowShortSecret, false)
      return compact({ ...text, kid: mapDefined(keys.kid, escape), allow_short_secret: allowShort })
    }
    case 'pem_file':
      return { pem_file: keys.files.map((file) => escape(file)) }
    case 'pem':
      return {
        pem: keys.texts.length === 1 ? escape(keys.texts[0] ?? '') : keys.texts.map((text) => escape(text)),
      }
    case 'jwks':
      return compact({ jwks: escape(keys.text), key_use: keys.keyUse })
    case 'jwks_file':
      return compact({
        jwks_file: escape(keys.file),
        key_use: keys.keyUse,
        allow_symmetric: keys.allowSymmetric,
      })
    case 'jwks_url':
      return { jwks_url: writeUrl(keys.url, options), ...fromRemote(keys, options) }
    case 'discovery':
      return {
        ...compact({ metadata_url: mapDefined(keys.metadataUrl, (url) => writeUrl(url, options)) }),
        ...fromRemote(keys, options),
      }
  }
}

function fromRemote(keys: RemoteKeySettings, options: ConfigValueOptions): Value {
  const unless = unlessDefault(options)
  return compact({
    allow_http: unless(keys.allowHttp, DEFAULT_REMOTE_KEYS.allowHttp),
    timeout: mapDefined(unless(keys.timeoutMs, DEFAULT_REMOTE_KEYS.timeoutMs), formatDuration),
    max_bytes: mapDefined(unless(keys.maxBytes, DEFAULT_REMOTE_KEYS.maxBytes), formatByteSize),
    ...fromRefreshSettings(keys, unless, escape),
    cooldown: mapDefined(unless(keys.cooldownMs, DEFAULT_REMOTE_KEYS.cooldownMs), formatDuration),
    first_fetch_wait: mapDefined(
      unless(keys.firstFetchWaitMs, DEFAULT_REMOTE_KEYS.firstFetchWaitMs),
      formatDuration,
    ),
    key_use: keys.keyUse,
    ...fromReach(keys.reach, options.secrets, escape),
  })
}

/** As text where it is text, so that the file still shows the secret that other programs have. */
function writeSecret(secret: Uint8Array): Value {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(secret)
    return { secret: escape(text) }
  } catch {
    return { secret: Buffer.from(secret).toString('base64'), encoding: 'base64' }
  }
}

function fromTokenSource(source: TokenSourceSettings): Value {
  if (source.kind === 'cookie') return { cookie: source.name }
  if (source.kind === 'query') return { query: escape(source.name) }
  if (source.kind === 'websocket_protocol')
    return compact({ websocket_protocol: source.name, encoding: source.encoding })
  if (source.scheme !== undefined) return { header: source.name, scheme: source.scheme }
  if (source.trimPrefix !== undefined) return { header: source.name, trim_prefix: escape(source.trimPrefix) }
  return source.name === 'authorization' ? { header: source.name, trim_prefix: '' } : { header: source.name }
}

function fromPolicy(policy: PolicySettings, options: ConfigValueOptions): Value {
  return compact({
    issuers: policy.issuers,
    token_sources: policy.tokenSources?.map((source) => fromTokenSource(source)),
    scope: unlessEmpty(policy.scope.map((scope) => escape(scope))),
    scope_any: unlessEmpty(policy.scopeAny.map((scope) => escape(scope))),
    claims: unlessEmpty(Object.fromEntries(policy.claims.map((rule) => [rule.path, fromClaimRule(rule)]))),
    identity: unlessEmpty(
      Object.fromEntries(policy.identity.map((header) => [header.name, fromIdentity(header, options)])),
    ),
  })
}

function fromIdentity(header: IdentityHeaderSettings, options: ConfigValueOptions): string | Value {
  const unless = unlessDefault(options)
  const value = compact({
    claim: escape(header.claim),
    arrays: unless(header.arrays, 'csv'),
    encoding: unless(header.encoding, 'percent'),
    max_bytes: mapDefined(unless(header.maxBytes, DEFAULT_IDENTITY_MAX_BYTES), formatByteSize),
  })
  return Object.keys(value).length === 1 ? escape(header.claim) : value
}

function fromRoute(route: RouteSettings, options: ConfigValueOptions): Value {
  const {
    name,
    host: hosts,
    path: paths,
    method: methods,
    access,
    upstream,
    rewrite,
    cors,
    rateLimit: rateLimits,
  } = route
  return {
    name,
    match: compact({
      host: unlessEmpty(hosts),
      path: unlessEmpty(paths.map((path) => escape(path))),
      method: unlessEmpty(methods),
    }),
    ...fromAccess(access, options),
    ...(upstream === undefined ? {} : { upstream }),
    ...compact({
      cors: mapDefined(cors, (settings) => fromCors(settings, methods, options)),
      strip_prefix: unlessRoot(rewrite?.stripPrefix),
      add_prefix: unlessRoot(rewrite?.addPrefix),
      allow_method_parameter: route.allowMethodParameter,
      allow_anonymous: route.allowAnonymous,
      case_sensitive: route.caseSensitive,
      encoded: route.encoded,
      close_expired: route.closeExpired,
      rate_limit: fromRateLimits(rateLimits, options),
    }),
  }
}

function fromAccess(access: RouteSettings['access'], options: ConfigValueOptions): Value {
  if (access.kind === 'public' || access.kind === 'deny') return { access: access.kind }
  if (access.kind !== 'all_of') return fromJudge(access, options)
  return { all_of: access.judges.map((judge) => fromJudge(judge, options)) }
}

function fromJudge(judge: JudgeSettings, options: ConfigValueOptions): Value {
  switch (judge.kind) {
    case 'policy':
      return { policy: judge.policy }
    case 'forward_auth':
      return { forward_auth: fromForwardAuth(judge.forwardAuth, options) }
    case 'basic_auth':
      return { basic_auth: fromBasicAuth(judge.basicAuth, options) }
  }
}

const unlessRoot = (path: string | undefined): string | undefined =>
  path === undefined || path === '/' ? undefined : escape(path)
