/** Other claims in which a token may have a scope that the policy requires. */
import { formatClaimPath, readClaim, type Claims } from '../../../syntax/claim-path.ts'
import { readScopes } from '../../../claims/scope.ts'
import type { LikelyCause } from './likely-cause.ts'
import type { Trial } from '../../trial.ts'

/** The claims in which providers put scopes: Auth0 with RBAC uses `permissions`, others `scopes`. */
const SCOPE_CLAIMS = ['permissions', 'scopes', 'scope', 'scp'] as const

/** In a claim that this issuer’s `scope_claims` does not list. */
export function scopesElsewhere({ jws, policy, issuer }: Trial): LikelyCause | undefined {
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
    why: `the token has the scope in the claim \`${name}\`, but scopes are read from ${read.join(', ')}`,
    fix: `if the issuer ${issuer.settings.name} grants scopes there, write \`scope_claims: [${proposed.join(', ')}]\` on it`,
  }
}

/** Among the roles of the user. */
export function scopeAsRole({ jws, policy, issuer }: Trial): LikelyCause | undefined {
  if (jws === undefined || policy === undefined) return undefined
  const has = readScopes(jws.claims, issuer?.settings.scopeClaims)
  for (const { path, list } of roleLists(jws.claims)) {
    const missing = policy.scope.all.find((scope) => !has.has(scope) && list.includes(scope))
    if (missing === undefined) continue
    return {
      name: 'scope_as_role',
      why: `the token has the scope in the claim \`${path}\`, which holds roles`,
      fix: `require it by a claim rule of the policy: \`claims: { ${JSON.stringify(path)}: { contains: ${JSON.stringify(missing)} } }\``,
    }
  }
  return undefined
}

/** A claim that lists roles, which are not scopes. */
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

/** The most clients of a token that are searched. */
const MAX_CLIENTS = 50

const isMap = (value: unknown): value is Claims => typeof value === 'object' && value !== null
