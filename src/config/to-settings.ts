/** A checked configuration → Settings, with every default filled in. */
import { resolve } from 'node:path'
import type { IdentityHeaderSettings } from '../settings/policy/definition.ts'
import type { IssuerSettings } from '../settings/issuer/definition.ts'
import type { Algorithm } from '../syntax/algorithms.ts'
import type { KeySettings, KeyUse, OneKeySource, RemoteKeySettings } from '../settings/keys/definition.ts'
import type { JudgeSettings, RouteSettings } from '../settings/route/definition.ts'
import type { PolicySettings } from '../settings/policy/definition.ts'
import type { TokenSourceSettings } from '../settings/token-source/definition.ts'
import { hasSecrets } from './check-issuer.ts'
import { formatClaimPath } from '../syntax/claim-path.ts'
import { toClaimRule } from './claim-rule-values.ts'
import { toCors } from './cors-values.ts'
import { decodeSecret } from '../settings/values/decode-secret.ts'
import { defaultAlgorithms } from './default-algorithms.ts'
import { routeNames } from './default-names.ts'
import { expandIssuers, type ExpandedIssuer } from './expand-tenants.ts'
import { toReach } from './key-reach.ts'
import { toRefreshSettings, type SnapshotContext } from './key-refresh.ts'
import { toBasicAuth } from './basic-auth-values.ts'
import { toForwardAuth } from './forward-auth-values.ts'
import { toRateLimits } from './rate-limit-values.ts'
import { toGatewayListen, toUpstream } from './to-gateway-settings.ts'
import type { ConfigParts } from './read-config.ts'
import type { Config } from './schema.ts'
import { keyPartsOf, type KeySourceConfig } from './key-parts.ts'
import type { IssuerConfig } from './schema-issuer.ts'
import type {
  IdentityConfig,
  JudgeConfig,
  PolicyConfig,
  RouteConfig,
  TokenSourceConfig,
} from './schema-policy.ts'
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

/** What settings depend on besides the configuration. */
export interface SettingsContext {
  readonly supportedAlgorithms: ReadonlySet<Algorithm>
  /** Absolute directory that the files of key sources are relative to. */
  readonly directory: string
}

/** @param parts Read whole, and without errors in the cross-checks. */
export function toSettings(config: Config, parts: ConfigParts, context: SettingsContext): Settings {
  const issuers = expandIssuers(parts.issuers)
  const routeNameList = routeNames(parts.routes)
  return {
    issuers: issuers.map(({ issuer, name }) => toIssuer(issuer, name, config.state_dir, context)),
    tokenSources: config.token_sources?.map((source) => toTokenSource(source)) ?? DEFAULT_TOKEN_SOURCES,
    policies: Object.entries(config.policies ?? {}).map(([name, policy]) => toPolicy(name, policy, issuers)),
    routes: (config.routes ?? []).map((route, i) =>
      toRoute(route, routeNameList[i] ?? '', context.directory),
    ),
    endpoints: (config.endpoints ?? []).map(({ path, dialect, policy }) => ({ path, dialect, policy })),
    upstreams: Object.entries(config.upstreams ?? {}).map(([name, upstream]) =>
      toUpstream(name, upstream, context.directory),
    ),
    listen: {
      decisions: config.listen?.decisions ?? DEFAULT_LISTEN.decisions,
      admin: config.listen?.admin === undefined ? DEFAULT_LISTEN.admin : config.listen.admin,
      ...(config.listen?.admin_hosts === undefined ? {} : { adminHosts: config.listen.admin_hosts }),
      gateway: (config.listen?.gateway ?? []).map((listener) => toGatewayListen(listener, context.directory)),
    },
    maxTokenBytes: config.limits?.max_token_bytes ?? DEFAULT_MAX_TOKEN_BYTES,
    cache: {
      tokens: config.cache?.tokens ?? DEFAULT_CACHE.tokens,
      bytes: config.cache?.bytes ?? DEFAULT_CACHE.bytes,
    },
    realm: config.realm ?? DEFAULT_REALM,
    drainMs: config.drain ?? DEFAULT_DRAIN_MS,
  }
}

function toIssuer(
  issuer: IssuerConfig,
  name: string,
  stateDir: string | undefined,
  context: SettingsContext,
): IssuerSettings {
  const kind = hasSecrets(issuer) ? 'secret' : 'public'
  return {
    name,
    issuer: issuer.issuer,
    ...(issuer.tenants === null ? { anyTenant: { claim: issuer.tenant_claim ?? '' } } : {}),
    ...(issuer.issuer_aliases === undefined ? {} : { issuerAliases: issuer.issuer_aliases }),
    audience: issuer.audience,
    ...(issuer.audience_claim === undefined ? {} : { audienceClaim: issuer.audience_claim }),
    algorithms: [...new Set(issuer.algorithms ?? defaultAlgorithms(kind, context.supportedAlgorithms))],
    keys: toKeys(issuer, {
      issuer: issuer.issuer ?? '',
      name,
      directory: context.directory,
      stateDir,
    }),
    leewaySeconds: issuer.leeway === undefined ? DEFAULT_LEEWAY_SECONDS : issuer.leeway / 1_000,
    ...(issuer.max_age === undefined ? {} : { maxAgeSeconds: issuer.max_age / 1_000 }),
    ...(issuer.typ === undefined ? {} : { typ: issuer.typ }),
    require: issuer.require ?? [],
    ...toIssuerClaims(issuer.claims),
    ...(issuer.scope_claims === undefined ? {} : { scopeClaims: issuer.scope_claims }),
    allowMissingExp: issuer.allow_missing_exp ?? false,
    requireKid: issuer.require_kid ?? false,
    allowSenderConstrained: issuer.allow_sender_constrained ?? false,
  }
}

/** The name of a claim, dots and all, is a path of one name. */
function toIssuerClaims(claims: IssuerConfig['claims']): Pick<IssuerSettings, 'claims'> {
  const rules = Object.entries(claims ?? {}).map(([name, rule]) => toClaimRule(formatClaimPath([name]), rule))
  return rules.length === 0 ? {} : { claims: rules }
}

function toKeys(issuer: IssuerConfig, context: SnapshotContext): KeySettings {
  const sources = keyPartsOf(issuer).map(({ keys }, i) => {
    // No name has a `+`: the file of one issuer's second source is never another issuer's.
    const name = i === 0 ? context.name : `${context.name}+${i + 1}`
    return toKeySource(issuer, keys, { ...context, name })
  })
  const [first] = sources
  return first !== undefined && sources.length === 1 ? first : { kind: 'several', sources }
}

function toKeySource(issuer: IssuerConfig, keys: KeySourceConfig, context: SnapshotContext): OneKeySource {
  const { directory } = context
  if (keys.secret !== undefined) {
    const secret = decodeSecret(keys.secret, keys.encoding ?? 'utf8')
    // The cross-checks decoded it before; an empty secret would be refused by everything that follows.
    return {
      kind: 'secret',
      secret: secret.ok ? secret.value : new Uint8Array(),
      ...(keys.kid === undefined ? {} : { kid: keys.kid }),
      allowShortSecret: keys.allow_short_secret ?? false,
    }
  }
  if (keys.pem_file !== undefined) {
    return { kind: 'pem_file', files: keys.pem_file.map((file) => resolve(directory, file)) }
  }
  if (keys.pem !== undefined) return { kind: 'pem', texts: keys.pem }
  if (keys.jwks !== undefined) {
    const text = typeof keys.jwks === 'string' ? keys.jwks : JSON.stringify(keys.jwks)
    return { kind: 'jwks', text, ...toKeyUse(keys) }
  }
  if (keys.jwks_file !== undefined) {
    const symmetric = keys.allow_symmetric === true ? { allowSymmetric: true as const } : {}
    return { kind: 'jwks_file', file: resolve(directory, keys.jwks_file), ...toKeyUse(keys), ...symmetric }
  }
  const remote = toRemoteKeys(keys, context)
  if (keys.jwks_url !== undefined) return { kind: 'jwks_url', url: keys.jwks_url, ...remote }
  const metadata = keys.metadata_url === undefined ? {} : { metadataUrl: keys.metadata_url }
  return { kind: 'discovery', issuer: issuer.issuer ?? '', ...metadata, ...remote }
}

const toKeyUse = ({ key_use: keyUse }: KeySourceConfig): { readonly keyUse?: KeyUse } =>
  keyUse === undefined ? {} : { keyUse }

const toRemoteKeys = (keys: KeySourceConfig, context: SnapshotContext): RemoteKeySettings => ({
  // Nobody is on the way to a socket of this machine.
  allowHttp: keys.allow_http ?? keys.unix !== undefined,
  timeoutMs: keys.timeout ?? DEFAULT_REMOTE_KEYS.timeoutMs,
  maxBytes: keys.max_bytes ?? DEFAULT_REMOTE_KEYS.maxBytes,
  ...toRefreshSettings(keys, context),
  cooldownMs: keys.cooldown ?? DEFAULT_REMOTE_KEYS.cooldownMs,
  firstFetchWaitMs: keys.first_fetch_wait ?? DEFAULT_REMOTE_KEYS.firstFetchWaitMs,
  ...toKeyUse(keys),
  ...toReach(keys, context.directory),
})

function toTokenSource(source: TokenSourceConfig): TokenSourceSettings {
  if (source.cookie !== undefined) return { kind: 'cookie', name: source.cookie }
  if (source.query !== undefined) return { kind: 'query', name: source.query }
  if (source.websocket_protocol !== undefined) {
    const { websocket_protocol: name, encoding } = source
    return { kind: 'websocket_protocol', name, ...(encoding === undefined ? {} : { encoding }) }
  }
  const name = source.header?.toLowerCase() ?? ''
  // An empty prefix is how one says that the bare value of Authorization is the token.
  if (source.trim_prefix === '') return { kind: 'header', name }
  if (source.trim_prefix !== undefined) return { kind: 'header', name, trimPrefix: source.trim_prefix }
  const scheme = source.scheme ?? (name === 'authorization' ? 'Bearer' : undefined)
  return { kind: 'header', name, ...(scheme === undefined ? {} : { scheme }) }
}

function toPolicy(name: string, policy: PolicyConfig, issuers: readonly ExpandedIssuer[]): PolicySettings {
  const accepted = policy.issuers
  return {
    name,
    ...(accepted === undefined ? {} : { issuers: accepted.flatMap((wanted) => namesOf(wanted, issuers)) }),
    ...(policy.token_sources === undefined
      ? {}
      : { tokenSources: policy.token_sources.map((source) => toTokenSource(source)) }),
    scope: policy.scope ?? [],
    scopeAny: policy.scope_any ?? [],
    claims: Object.entries(policy.claims ?? {}).map(([path, rule]) => toClaimRule(path, rule)),
    identity: Object.entries(policy.identity ?? {}).map(([header, value]) => toIdentity(header, value)),
  }
}

/** The name of a template stands for all of its issuers. */
const namesOf = (wanted: string, issuers: readonly ExpandedIssuer[]): readonly string[] =>
  issuers.flatMap(({ group, name }) => (group === wanted ? [name] : []))

const toIdentity = (name: string, value: IdentityConfig): IdentityHeaderSettings => ({
  name,
  claim: value.claim,
  arrays: value.arrays ?? 'csv',
  encoding: value.encoding ?? 'percent',
  maxBytes: value.max_bytes ?? DEFAULT_IDENTITY_MAX_BYTES,
})

const toRoute = (route: RouteConfig, name: string, directory: string): RouteSettings => ({
  name,
  host: route.match.host ?? [],
  path: route.match.path ?? [],
  method: route.match.method ?? [],
  access: toAccess(route, directory),
  ...(route.upstream === undefined ? {} : { upstream: route.upstream }),
  ...(route.cors === undefined ? {} : { cors: toCors(route.cors, route.match.method ?? []) }),
  ...(route.strip_prefix === undefined && route.add_prefix === undefined
    ? {}
    : { rewrite: { stripPrefix: route.strip_prefix ?? '/', addPrefix: route.add_prefix ?? '/' } }),
  ...(route.allow_method_parameter === true ? { allowMethodParameter: true } : {}),
  ...(route.allow_anonymous === true ? { allowAnonymous: true } : {}),
  ...(route.case_sensitive === true ? { caseSensitive: true } : {}),
  ...(route.encoded === 'keep' ? { encoded: 'keep' } : {}),
  ...(route.close_expired === true ? { closeExpired: true } : {}),
  ...toRateLimits(route.rate_limit),
})

/** The cross-checks saw that exactly one is set; were it otherwise, nobody would pass. */
function toAccess(route: RouteConfig, directory: string): RouteSettings['access'] {
  const { access, all_of: judges } = route
  if (judges !== undefined) {
    const all = judges.flatMap((judge) => toJudge(judge, directory) ?? [])
    return all.length === judges.length ? { kind: 'all_of', judges: all } : { kind: 'deny' }
  }
  return toJudge(route, directory) ?? { kind: access ?? 'deny' }
}

function toJudge(judge: JudgeConfig, directory: string): JudgeSettings | undefined {
  const { policy, forward_auth: service, basic_auth: basic } = judge
  if (policy !== undefined) return { kind: 'policy', policy }
  if (service !== undefined) return { kind: 'forward_auth', forwardAuth: toForwardAuth(service, directory) }
  return basic && { kind: 'basic_auth', basicAuth: toBasicAuth(basic, directory) }
}
