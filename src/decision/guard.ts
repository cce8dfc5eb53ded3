/** A whole configuration, compiled: what decide reads. Built once, replaced whole. */
import { createHeaderMemo, type ReadHeader } from '../jwt/jose-header.ts'
import type { Issuer } from '../jwt/issuer.ts'
import { createVerifiedCache, type VerifiedCache, type VerifiedCacheLimits } from '../jwt/verified-cache.ts'
import { ANY_VALID_TOKEN, compilePolicy, type Policy } from '../policy/compile-policy.ts'
import { createRouteCompiler, type RouteTable } from '../policy/compile-routes.ts'
import { finishNow, type Sliced } from '../slices.ts'
import type { Claims } from '../syntax/claim-path.ts'
import type { RouteSettings } from '../settings/route/definition.ts'
import type { PolicySettings } from '../settings/policy/definition.ts'
import type { TokenSourceSettings } from '../settings/token-source/definition.ts'
import { challengesByReason } from './challenge.ts'
import type { DenyReason } from './reasons.ts'
import { createDeniedTokens, type DeniedTokens } from './denied-tokens.ts'

/** Whom tokens name, for the operator's log. */
export interface SubjectNaming {
  /** One text of visible ASCII, made of the claims of a genuine token. */
  readonly pack: (claims: Claims) => string
  /** Whether allowed requests are named, too; then the text is remembered with verified tokens. */
  readonly ofAllows: boolean
}

/** What a guard is made of. The key sources behind the issuers are running already. */
export interface GuardInput {
  readonly issuers: readonly Issuer[]
  readonly policies: readonly PolicySettings[]
  readonly routes: readonly RouteSettings[]
  readonly tokenSources: readonly TokenSourceSettings[]
  readonly maxTokenBytes: number
  readonly cache: VerifiedCacheLimits
  readonly realm: string
  /** Undefined: nobody is named. */
  readonly subjects?: SubjectNaming | undefined
}

export interface Guard {
  readonly issuers: readonly Issuer[]
  readonly policies: ReadonlyMap<string, Policy>
  /** Undefined if there are no routes: then `anyValidToken` judges every request. */
  readonly routes: RouteTable | undefined
  readonly anyValidToken: Policy
  /** Identity headers of all policies, lower case; every allow carries every one of them. */
  readonly identityNames: readonly string[]
  /** One empty value for each of them, for public routes. */
  readonly blankIdentity: readonly string[]
  readonly maxTokenBytes: number
  readonly cache: VerifiedCache | undefined
  /** Undefined if `cache` is. */
  readonly denied: DeniedTokens | undefined
  /** How many tokens were looked up in both so far. */
  readonly lookUps: TokenLookUps
  readonly subjects: SubjectNaming | undefined
  /** Remembers token headers. */
  readonly readHeader: ReadHeader
  readonly realm: string
  /** The challenge of each reason, except that of `scope_missing`, which names the scopes of the policy. */
  readonly challenges: ReadonlyMap<DenyReason, string | undefined>
}

/** Counts tokens by whether they were remembered. */
export interface TokenLookUps {
  hits: number
  misses: number
}

export const compileGuard = (input: GuardInput): Guard => finishNow(compileGuardSliced(input))

/** The same while a service decides: there may be thousands of policies and routes. */
export function* compileGuardSliced(input: GuardInput): Sliced<Guard> {
  const compiled = yield* compilePolicies(input)
  const routes = createRouteCompiler(input.routes, compiled.policies)
  for (const route of input.routes) {
    routes.add(route)
    yield
  }
  return toGuard(input, compiled, routes.finish())
}

type CompiledPolicies = Pick<Guard, 'policies' | 'anyValidToken' | 'identityNames'>

function* compilePolicies(input: GuardInput): Sliced<CompiledPolicies> {
  const identityNames = [
    ...new Set(
      input.policies.flatMap((policy) => policy.identity.map((header) => header.name.toLowerCase())),
    ),
  ]
  const context = {
    issuers: new Map(input.issuers.map((issuer) => [issuer.settings.name, issuer])),
    defaultSources: input.tokenSources,
    identityNames,
  }
  const policies = new Map<string, Policy>()
  for (const [index, settings] of input.policies.entries()) {
    policies.set(settings.name, compilePolicy(settings, index + 1, context))
    yield
  }
  return {
    identityNames,
    policies,
    anyValidToken: compilePolicy(
      { ...ANY_VALID_TOKEN, issuers: unambiguousIssuers(input.issuers) },
      0,
      context,
    ),
  }
}

const toGuard = (input: GuardInput, compiled: CompiledPolicies, routes: RouteTable): Guard => ({
  ...compiled,
  issuers: input.issuers,
  routes: input.routes.length === 0 ? undefined : routes,
  blankIdentity: compiled.identityNames.map(() => ''),
  maxTokenBytes: input.maxTokenBytes,
  cache: createVerifiedCache(input.cache, input.subjects?.ofAllows),
  denied: createDeniedTokens(input.cache),
  lookUps: { hits: 0, misses: 0 },
  subjects: input.subjects,
  readHeader: createHeaderMemo(),
  realm: input.realm,
  challenges: challengesByReason(input.realm),
})

/** Issuers that an `iss` identifies without a policy. An issuer of any `iss` is only for the policies that name it. */
function unambiguousIssuers(issuers: readonly Issuer[]): readonly string[] {
  const uses = new Map<string | null, number>()
  for (const { settings } of issuers) uses.set(settings.issuer, (uses.get(settings.issuer) ?? 0) + 1)
  return issuers
    .filter(({ settings }) => settings.issuer !== null && uses.get(settings.issuer) === 1)
    .map(({ settings }) => settings.name)
}
