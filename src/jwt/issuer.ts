/** A trusted issuer, compiled: its settings in the form that a decision reads. */
import { compileClaimRule, type CompiledClaimRule } from '../claims/compile-claim-rule.ts'
import type { KeySource } from '../keys/key-source.ts'
import type { IssuerSettings } from '../settings/issuer/definition.ts'
import type { ClaimRuleSettings } from '../settings/claim-rule/definition.ts'
import { assertClaimPath } from '../syntax/claim-path.ts'
import { compileTenantTemplate, tenantOf, type TenantTemplate } from './tenant-template.ts'

export interface Issuer {
  readonly settings: IssuerSettings
  readonly keys: KeySource
  readonly audience: ReadonlySet<string> | null
  readonly algorithms: ReadonlySet<string>
  readonly typ: ReadonlySet<string> | undefined
  /** What every token must claim, whatever a policy asks. */
  readonly claims: readonly CompiledClaimRule[]
  /** Set if every tenant is accepted. */
  readonly template: TenantTemplate | undefined
}

export function compileIssuer(settings: IssuerSettings, keys: KeySource): Issuer {
  return {
    settings,
    keys,
    audience: settings.audience === null ? null : new Set(settings.audience),
    algorithms: new Set(settings.algorithms),
    typ: settings.typ === undefined ? undefined : new Set(settings.typ),
    claims: (settings.claims ?? []).map(compileIssuerRule),
    template:
      settings.anyTenant === undefined
        ? undefined
        : compileTenantTemplate(settings.issuer ?? '', settings.anyTenant.claim),
  }
}

/** Operators write the name of a claim, not a path: a dot in it is not escaped. */
const compileIssuerRule = (rule: ClaimRuleSettings): CompiledClaimRule => ({
  ...compileClaimRule(rule),
  claim: assertClaimPath(rule.path).join('.'),
})

/** The issuers whose tokens are accepted in one place; picked by exact `iss` before any key is looked up. */
export interface IssuerMap {
  readonly byIss: ReadonlyMap<string, Issuer>
  /** For an `iss` that no issuer has exactly; exactly one of them must match. */
  readonly templates: readonly Issuer[]
  /** For tokens of any or no issuer, if an operator accepts them. */
  readonly any: Issuer | undefined
}

export function compileIssuerMap(issuers: readonly Issuer[]): IssuerMap {
  const byIss = new Map<string, Issuer>()
  const templates = issuers.filter(({ template }) => template !== undefined)
  for (const issuer of issuers) {
    const { settings, template } = issuer
    if (settings.issuer !== null && template === undefined) byIss.set(settings.issuer, issuer)
  }
  // If the other form is configured as a separate issuer, that issuer is meant.
  for (const issuer of issuers)
    for (const alias of issuer.settings.issuerAliases ?? []) if (!byIss.has(alias)) byIss.set(alias, issuer)
  return { byIss, templates, any: issuers.find((issuer) => issuer.settings.issuer === null) }
}

/** The issuer that must have signed, or undefined. A `Map`, so `__proto__` is a name like any other. */
export function pickIssuer(issuers: IssuerMap, iss: unknown): Issuer | undefined {
  if (typeof iss === 'string') return issuers.byIss.get(iss) ?? pickByTemplate(issuers, iss) ?? issuers.any
  return iss === undefined ? issuers.any : undefined
}

/** Undefined also when several fit: an issuer is never chosen by its place in the file. */
function pickByTemplate({ templates }: IssuerMap, iss: string): Issuer | undefined {
  let found: Issuer | undefined
  for (const issuer of templates) {
    if (issuer.template === undefined || tenantOf(issuer.template, iss) === undefined) continue
    if (found !== undefined) return undefined
    found = issuer
  }
  return found
}
