/** Issuers whose tenants are all accepted: `https://login.example.com/{tenant}/v2.0`. */
import { err, ok, type Result } from '../result.ts'
import type { JsonObject } from '../strict-json.ts'

/** Valid tenants; none of these characters ends a path segment or a host. */
const TENANT = /^(?!\.{1,2}$)[0-9A-Za-z._-]{1,64}$/
const PLACEHOLDER = '{tenant}'

/** The whole of an `iss`, around the tenant. */
export interface TenantTemplate {
  readonly prefix: string
  readonly suffix: string
  /** The claim that must be the tenant. */
  readonly claim: string
}

/** A tenant claim that is not what it must be. */
export interface TenantMiss {
  readonly reason: 'claim_missing' | 'claim_invalid'
  readonly claim: string
  /** The tenant in `iss`, if it has one. */
  readonly tenant: string | undefined
}

/** @param issuer With the placeholder exactly once. */
export function compileTenantTemplate(issuer: string, claim: string): TenantTemplate {
  const at = issuer.indexOf(PLACEHOLDER)
  return { prefix: issuer.slice(0, at), suffix: issuer.slice(at + PLACEHOLDER.length), claim }
}

/** The tenant of an `iss`; undefined when it is not of this template from its first to its last character. */
export function tenantOf({ prefix, suffix }: TenantTemplate, iss: string): string | undefined {
  if (!iss.startsWith(prefix) || !iss.endsWith(suffix)) return undefined
  // If prefix and suffix overlap, the slice is empty, which is not a tenant.
  const tenant = iss.slice(prefix.length, Math.max(prefix.length, iss.length - suffix.length))
  return TENANT.test(tenant) ? tenant : undefined
}

/** The tenant that the issuer writes into `iss` must be the one that it writes into its claim, character by character. */
export function checkTenantClaim(template: TenantTemplate, claims: JsonObject): Result<void, TenantMiss> {
  const { claim } = template
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
  const tenant = typeof claims['iss'] === 'string' ? tenantOf(template, claims['iss']) : undefined
  if (tenant !== undefined && value === tenant) return ok(undefined)
  const reason = value === undefined || value === null ? 'claim_missing' : 'claim_invalid'
  return err({ reason, claim, tenant })
}

/** For people. */
export const TENANT_OF_ISS = 'is the tenant in `iss`'

/** Stands for the tenant in the issuer of a key. */
const KEY_PLACEHOLDER = '{tenantid}'

/**
 * Whether a key may vouch for this `iss`. A set for all tenants may hold keys that are for one of them alone, and
 * names it beside the key.
 */
export function isKeyOfTenant(
  template: TenantTemplate,
  keyIssuer: string | undefined,
  iss: unknown,
): boolean {
  if (keyIssuer === undefined) return true
  const tenant = typeof iss === 'string' ? tenantOf(template, iss) : undefined
  return tenant !== undefined && keyIssuer.replaceAll(KEY_PLACEHOLDER, () => tenant) === iss
}
