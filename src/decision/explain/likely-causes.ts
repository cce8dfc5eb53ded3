/**
 * What a denial usually means with the identity providers that people run. For the operator alone, in explain: the
 * client is told the reason and no more.
 */
import type { DenyReason } from '../reasons.ts'
import { compareIssuers } from './causes/compare-issuers.ts'
import { formatClaimPath, readClaim, type Claims } from '../../claims/claim-path.ts'
import { readScopes } from '../../claims/scope.ts'
import type { FindCause, LikelyCause } from './causes/likely-cause.ts'
import { encodedPath, headAsGet, letterCase } from './causes/path-causes.ts'
import { claimForm } from './causes/claim-causes.ts'
import { idToken, logoutToken, refreshToken, sharedSecret } from './causes/token-kinds.ts'
import type { Trial } from '../trial.ts'

/** The first cause of the table that fits; undefined when the reason says all there is to say. */
export function findLikelyCause(reason: DenyReason, trial: Trial): LikelyCause | undefined {
  for (const find of CAUSES[reason] ?? []) {
    const cause = find(trial)
    if (cause !== undefined) return cause
  }
  return undefined
}

const CAUSES: Readonly<Partial<Record<DenyReason, readonly FindCause[]>>> = {
  token_malformed: [opaqueToken],
  alg_not_allowed: [refreshToken, sharedSecret],
  typ_not_allowed: [logoutToken, idToken],
  issuer_unknown: [notInPolicy, entraVersion, entraCommon, issuerDifference],
  audience_missing: [cognito, keycloakLightweight, keycloakMapper],
  audience_mismatch: [
    refreshToken,
    logoutToken,
    idToken,
    keycloakMapper,
    auth0Userinfo,
    microsoftGraph,
    entraAudience,
    audienceSlash,
  ],
  claim_invalid: [refreshToken, logoutToken, idToken],
  path_ambiguous: [letterCase, encodedPath],
  method_refused: [headAsGet],
  kid_unknown: [oldToken],
  signature_invalid: [microsoftGraph],
  claim_rule_failed: [claimForm],
  scope_missing: [scopesElsewhere, scopeAsRole],
}

function opaqueToken({ extracted }: Trial): LikelyCause | undefined {
  if (extracted === undefined || extracted.token.includes('.')) return undefined
  return {
    name: 'opaque_token',
    why: 'this is an opaque token: only its issuer can read it',
    fix: 'have the client ask for a token of your API (Auth0: `audience`, others: `resource` or a scope of the API); such tokens are JWTs',
  }
}

const REALM = /\/realms\/[^/]+$/

function keycloakMapper(trial: Trial): LikelyCause | undefined {
  const audiences = audiencesOf(trial)
  const isBare = audiences.length === 0 && REALM.test(issOf(trial))
  if (!isBare && !audiences.includes('account')) return undefined
  return {
    name: 'keycloak.audience_mapper',
    why: 'Keycloak puts an audience into a token only for an audience mapper, or for an API of which the user has a client role',
    fix: `in a client scope of the client, add a mapper "Audience" with the included custom audience ${expectedAudience(trial)}, then get a new token; do not accept "account", which every client of the realm gets`,
  }
}

/** A lightweight access token has no `sub`, `aud` or roles, but those whose mapper says otherwise. */
function keycloakLightweight(trial: Trial): LikelyCause | undefined {
  const claims = trial.jws?.claims ?? {}
  const isLightweight = claims['typ'] === 'Bearer' && claims['sub'] === undefined
  if (!isLightweight || !REALM.test(issOf(trial))) return undefined
  return {
    name: 'keycloak.lightweight',
    why: 'this is a lightweight access token of Keycloak: it has no audience, subject or roles',
    fix: `turn on "Add to lightweight access token" in the audience mapper for ${expectedAudience(trial)} and in the mappers of the claims that you use, or turn off "Always use lightweight access token" of the client`,
  }
}

function cognito(trial: Trial): LikelyCause | undefined {
  if (!/^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com\//.test(issOf(trial))) return undefined
  return {
    name: 'cognito.no_audience',
    why: 'access tokens of Amazon Cognito have no `aud`; they name the client in `client_id`',
    fix: 'write `preset: cognito` with the `pool`, or `audience_claim: client_id`, and the id of the app client as the `audience`',
  }
}

function auth0Userinfo(trial: Trial): LikelyCause | undefined {
  const audiences = audiencesOf(trial)
  if (audiences.length === 0 || !audiences.every((audience) => /^https:\/\/[^/]+\/userinfo$/.test(audience)))
    return undefined
  return {
    name: 'auth0.no_audience',
    why: 'this token is for the user info endpoint alone, which is what Auth0 issues when no API was asked for',
    fix: `have the client send \`audience=${expectedAudience(trial, '')}\` when it asks for the token`,
  }
}

const GRAPH_AUDIENCES: ReadonlySet<string> = new Set([
  '00000003-0000-0000-c000-000000000000',
  'https://graph.microsoft.com',
])

function microsoftGraph(trial: Trial): LikelyCause | undefined {
  if (!audiencesOf(trial).some((audience) => GRAPH_AUDIENCES.has(audience))) return undefined
  return {
    name: 'entra.graph_token',
    why: 'this token is for Microsoft Graph, and nobody else can verify it',
    fix: 'have the client ask for a scope of your own API (`api://APPLICATION-ID/SCOPE`), and in a separate request',
  }
}

const APPLICATION_ID = /^(?:api:\/\/)?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/

/** Tokens of version 1 have `api://ID` as audience, those of version 2 the bare ID. */
function entraAudience(trial: Trial): LikelyCause | undefined {
  const ids = new Set([...(trial.issuer?.audience ?? [])].map((one) => APPLICATION_ID.exec(one)?.[1]))
  const other = audiencesOf(trial).find((audience) => {
    const id = APPLICATION_ID.exec(audience)?.[1]
    return id !== undefined && ids.has(id)
  })
  if (other === undefined) return undefined
  return {
    name: 'entra.audience_version',
    why: 'Entra ID names an API by `api://ID` in tokens of version 1, and by the bare ID in those of version 2',
    fix: `add ${JSON.stringify(other)} to the issuer’s \`audience\`: it is the same API`,
  }
}

function audienceSlash(trial: Trial): LikelyCause | undefined {
  const accepted = [...(trial.issuer?.audience ?? [])]
  for (const audience of audiencesOf(trial)) {
    const near = accepted.find((one) => withoutSlash(one) === withoutSlash(audience))
    if (near === undefined) continue
    const compare = { token: audience, configured: near, difference: 'a slash at the end' }
    const why = 'the audiences differ by a slash at the end, and are compared character by character'
    return { name: 'audience.difference', why, fix: 'write the audience as the token has it', compare }
  }
  return undefined
}

function notInPolicy(trial: Trial): LikelyCause | undefined {
  const { guard, policy } = trial
  const iss = issOf(trial)
  const issuer = guard.issuers.find(({ settings }) => settings.issuer === iss)
  if (issuer === undefined || policy === undefined) return undefined
  return {
    name: 'issuer.not_in_policy',
    why: `the issuer ${issuer.settings.name} is configured, and the policy ${policy.name} does not accept it`,
    fix: `add ${issuer.settings.name} to \`issuers\` of the policy, or send a token of another issuer`,
  }
}

const ENTRA_V1 = /^https:\/\/sts\.windows\.net\/([0-9a-f-]{36})\/$/
const ENTRA_V2 = /^https:\/\/login\.microsoftonline\.com\/([0-9a-f-]{36})\/v2\.0$/

function entraVersion(trial: Trial): LikelyCause | undefined {
  const iss = issOf(trial)
  const tenant = (ENTRA_V1.exec(iss) ?? ENTRA_V2.exec(iss))?.[1]
  if (tenant === undefined) return undefined
  const configured = issuersOf(trial).find(
    (one) => (ENTRA_V1.exec(one) ?? ENTRA_V2.exec(one))?.[1] === tenant,
  )
  if (configured === undefined) return undefined
  const [version, value] = ENTRA_V1.test(iss) ? [1, '2 for version 2'] : [2, '1 for version 1']
  return {
    name: 'entra.token_version',
    why: `this is a version ${version} token of the same Entra ID tenant, whose issuer has another name`,
    fix: `in the manifest of the API’s app registration set \`requestedAccessTokenVersion\` to ${value}, or add an issuer with this \`iss\``,
    compare: { token: iss, configured, difference: 'another version' },
  }
}

function entraCommon(trial: Trial): LikelyCause | undefined {
  const iss = issOf(trial)
  const placeholder = /\/(?:common|organizations|consumers|\{tenantid\})\//
  if (!iss.startsWith('https://login.microsoftonline.com/')) return undefined
  const configured = issuersOf(trial).find((one) => placeholder.test(one))
  if (configured === undefined) return undefined
  return {
    name: 'entra.tenant',
    why: 'no token has this issuer: Entra ID writes the id of the tenant into `iss`',
    fix: 'write one issuer for each tenant that you trust, with its id in the place of `common`',
    compare: { token: iss, configured, difference: 'the tenant' },
  }
}

function issuerDifference(trial: Trial): LikelyCause | undefined {
  const compare = compareIssuers(issOf(trial), issuersOf(trial))
  if (compare === undefined) return undefined
  return {
    name: 'issuer.difference',
    why: `the token’s issuer and a configured one differ by ${compare.difference}, and are compared character by character`,
    fix: 'if both are the same issuer, write `issuer` as the token has it, which is what the issuer’s discovery document announces',
    compare,
  }
}

/** Younger than any sensible key rotation, older than any sensible access token, in seconds. */
const OLD_TOKEN_SECONDS = 86_400

function oldToken({ jws, nowSeconds }: Trial): LikelyCause | undefined {
  const iat = jws?.claims['iat']
  if (typeof iat !== 'number' || nowSeconds - iat < OLD_TOKEN_SECONDS) return undefined
  return {
    name: 'old_token',
    why: 'the token is more than a day old, and its issuer may have retired the key since',
    fix: 'get a new token; if that one is denied too, compare its `kid` with `warder keys list`',
  }
}

/** Where providers put scopes: Auth0 with RBAC has `permissions`, others `scopes`. */
const SCOPE_CLAIMS = ['permissions', 'scopes', 'scope', 'scp'] as const

function scopesElsewhere({ jws, policy, issuer }: Trial): LikelyCause | undefined {
  if (jws === undefined || policy === undefined || issuer === undefined) return undefined
  const read = issuer.settings.scopeClaims ?? ['scope', 'scp']
  const has = readScopes(jws.claims, read)
  const missing = [...policy.scope.all, ...policy.scope.any].filter((scope) => !has.has(scope))
  const name = SCOPE_CLAIMS.find((claim) => {
    const held = read.includes(claim) ? undefined : readScopes(jws.claims, [claim])
    return held !== undefined && missing.some((scope) => held.has(scope))
  })
  if (name === undefined) return undefined
  // An operator who reads one claim should not have to trust another.
  const proposed = has.size === 0 ? [name] : [...read, name]
  return {
    name: 'scope_claim',
    why: `the token has it in the claim \`${name}\`, which is not one of those that hold scopes (${read.join(', ')})`,
    fix: `if the issuer ${issuer.settings.name} grants scopes there, write \`scope_claims: [${proposed.join(', ')}]\` on it`,
  }
}

function scopeAsRole({ jws, policy, issuer }: Trial): LikelyCause | undefined {
  if (jws === undefined || policy === undefined) return undefined
  const has = readScopes(jws.claims, issuer?.settings.scopeClaims)
  for (const { path, list } of roleLists(jws.claims)) {
    const missing = policy.scope.all.find((scope) => !has.has(scope) && list.includes(scope))
    if (missing === undefined) continue
    return {
      name: 'scope_as_role',
      why: `the token has it in the claim \`${path}\`, which holds no scopes`,
      fix: `ask for it as a claim rule of the policy: \`claims: { ${JSON.stringify(path)}: { contains: ${JSON.stringify(missing)} } }\``,
    }
  }
  return undefined
}

/** A claim that names what its bearer may do, but not as scopes. */
interface RoleList {
  /** As a claim rule writes it. */
  readonly path: string
  readonly list: readonly unknown[]
}

/** Entra ID has `roles`, Keycloak roles of the realm and of each client. */
function roleLists(claims: Claims): readonly RoleList[] {
  const clients = claims['resource_access']
  const names = isMap(clients) ? Object.keys(clients).slice(0, MAX_CLIENTS) : []
  const paths = [
    ['roles'],
    ['realm_access', 'roles'],
    ...names.map((name) => ['resource_access', name, 'roles']),
  ]
  return paths.flatMap((path) => {
    const list = readClaim(claims, path)
    return Array.isArray(list) ? [{ path: formatClaimPath(path), list }] : []
  })
}

/** Clients of a token that are looked at. */
const MAX_CLIENTS = 50

const isMap = (value: unknown): value is Claims => typeof value === 'object' && value !== null

function issOf({ jws }: Trial): string {
  const iss = jws?.claims['iss']
  return typeof iss === 'string' ? iss : ''
}

function audiencesOf({ jws }: Trial): readonly string[] {
  const aud = jws?.claims['aud']
  return (Array.isArray(aud) ? aud : [aud]).filter((one): one is string => typeof one === 'string')
}

const issuersOf = ({ policy }: Trial): readonly string[] => [...(policy?.issuers.byIss.keys() ?? [])]

function expectedAudience({ issuer }: Trial, quote = '"'): string {
  const [first] = issuer?.audience ?? []
  return first === undefined ? 'of your API' : `${quote}${first}${quote}`
}

const withoutSlash = (text: string): string => text.replace(/\/$/, '')
