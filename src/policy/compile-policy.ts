/** Compiled policies. */
import { compileClaimRule, type CompiledClaimRule } from '../claims/compile-claim-rule.ts'
import { compileIdentity, type ReadIdentity } from '../claims/compile-identity.ts'
import type { ScopeRule } from '../claims/scope.ts'
import { compileIssuerMap, type Issuer, type IssuerMap } from '../jwt/issuer.ts'
import type { TokenSourceSettings } from '../settings/token-source/definition.ts'
import type { PolicySettings } from '../settings/policy/definition.ts'

export interface Policy {
  readonly name: string
  /** Unique in one configuration; part of what tokens are remembered by. */
  readonly id: number
  readonly issuers: IssuerMap
  readonly tokenSources: readonly TokenSourceSettings[]
  readonly scope: ScopeRule
  readonly claims: readonly CompiledClaimRule[]
  readonly readIdentity: ReadIdentity
}

/** The policy if none is configured: any valid token of any issuer, and no identity headers. */
export const ANY_VALID_TOKEN: PolicySettings = {
  name: 'any-valid-token',
  scope: [],
  scopeAny: [],
  claims: [],
  identity: [],
}

/** Values that the policies of one configuration share. */
export interface PolicyContext {
  readonly issuers: ReadonlyMap<string, Issuer>
  readonly defaultSources: readonly TokenSourceSettings[]
  /** Every identity header of every policy, lower case: an allow emits all of them. */
  readonly identityNames: readonly string[]
}

/** Compiles a policy. The configuration check has validated its issuers and claim paths; an invalid one throws. */
export function compilePolicy(settings: PolicySettings, id: number, context: PolicyContext): Policy {
  const { issuers, defaultSources, identityNames } = context
  const accepted = settings.issuers?.map((name) => assertIssuer(issuers, name)) ?? [...issuers.values()]
  return {
    name: settings.name,
    id,
    issuers: compileIssuerMap(accepted),
    tokenSources: settings.tokenSources ?? defaultSources,
    scope: { all: settings.scope, any: settings.scopeAny },
    claims: settings.claims.map(compileClaimRule),
    readIdentity: compileIdentity(settings.identity, identityNames),
  }
}

function assertIssuer(issuers: ReadonlyMap<string, Issuer>, name: string): Issuer {
  const issuer = issuers.get(name)
  if (issuer === undefined) throw new TypeError(`no issuer named ${name}`)
  return issuer
}
