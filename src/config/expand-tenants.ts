/** Issuers by template: one entry of the file, one issuer per tenant on its list. */
import { toName, issuerNames, uniqueName } from './default-names.ts'
import type { AddProblem } from './check-reach.ts'
import { quoted } from './printable.ts'
import type { Located } from './read-config.ts'
import { keyPartsOf } from './key-parts.ts'
import type { IssuerConfig, KeysConfig } from './schema-issuer.ts'

/** Stands for the tenant in `issuer` and `jwks_url`. */
const PLACEHOLDER = '{tenant}'

/** An issuer of the settings, and where it comes from. */
export interface ExpandedIssuer {
  /** Pointer of the entry in the file. */
  readonly pointer: string
  /** The entry's name, which stands for all of its issuers. */
  readonly group: string
  readonly name: string
  /** Without `tenants` and placeholders. */
  readonly issuer: IssuerConfig
}

/** The issuers that an entry stands for: itself, when it is no template. Each is exact; nothing is matched by shape. */
export function expandTenants(template: IssuerConfig): readonly IssuerConfig[] {
  const { tenants, tenant_claim: tenantClaim, ...issuer } = template
  if (tenants === undefined) return [issuer]
  return [...new Set(tenants)].map((tenant) => {
    const fill = (text: string): string => text.replaceAll(PLACEHOLDER, tenant)
    const { keys, claims } = issuer
    return {
      ...issuer,
      issuer: issuer.issuer === null ? null : fill(issuer.issuer),
      ...(keys === undefined ? {} : { keys: fillKeys(keys, fill) }),
      ...(tenantClaim === undefined ? {} : { claims: { ...claims, [tenantClaim]: { in: [tenant] } } }),
    }
  })
}

function fillKeys(keys: NonNullable<IssuerConfig['keys']>, fill: (text: string) => string): typeof keys {
  const fillOne = (one: KeysConfig): KeysConfig => ({
    ...one,
    ...(one.jwks_url === undefined ? {} : { jwks_url: one.jwks_url.map(fill) }),
    ...(one.metadata_url === undefined ? {} : { metadata_url: fill(one.metadata_url) }),
  })
  return 'map' in keys ? keys.map(fillOne) : fillOne(keys)
}

/** All issuers of the settings, in order, with names that policies and logs can use. */
export function expandIssuers(issuers: readonly Located<IssuerConfig>[]): readonly ExpandedIssuer[] {
  const groups = issuerNames(issuers)
  const taken = new Set(groups)
  return issuers.flatMap(({ pointer, value }, i) => {
    const group = groups[i] ?? ''
    const tenants = value.tenants === undefined ? undefined : [...new Set(value.tenants)]
    return expandTenants(value).map((issuer, j) => {
      const name = tenants === undefined ? group : uniqueName(nameOf(group, tenants[j] ?? ''), taken)
      return { pointer, group, name, issuer }
    })
  })
}

// A tenant id is 36 characters, and a name at most 64.
const nameOf = (group: string, tenant: string): string => toName(`${group.slice(0, 19)}-${tenant}`, group)

/** A template without tenants, tenants without a template, and placeholders that mean nothing. */
export function checkTenants(
  { issuer, tenants, tenant_claim, keys, claims }: IssuerConfig,
  add: AddProblem,
): void {
  const parts = keyPartsOf({ keys })
  const code = 'ERR_CONFIG_TENANTS'
  const places = [
    ['/issuer', issuer ?? ''],
    ...parts.map(({ items, keys: one }) => [items.jwks_url ?? '', one.jwks_url ?? ''] as const),
    ...parts.map(({ at, keys: one }) => [`${at}/metadata_url`, one.metadata_url ?? ''] as const),
  ] as const
  for (const [at, text] of places) {
    const other = [...text.matchAll(/\{[^{}]*\}/g)]
      .map(([found]) => found)
      .find((found) => found !== PLACEHOLDER)
    if (other === undefined) continue
    const hints = [`the only placeholder is ${PLACEHOLDER}`]
    add(at, { code, message: `${quoted(other)} stands for nothing`, hints })
  }
  const isTemplate = issuer?.includes(PLACEHOLDER) === true
  if (tenants === undefined) {
    const at = places.find(([, text]) => text.includes(PLACEHOLDER))?.[0]
    const hints = ['write the list of tenants whose tokens are accepted: `tenants: […]`']
    if (at !== undefined) add(at, { code, message: `${PLACEHOLDER} without \`tenants\``, hints })
    else if (tenant_claim !== undefined)
      add('/tenant_claim', { code, message: '`tenant_claim` without `tenants`' }, true)
    return
  }
  if (!isTemplate) {
    const hints = [`write ${PLACEHOLDER} where the tenant is in the \`iss\``]
    add('/tenants', { code, message: `\`tenants\` without ${PLACEHOLDER} in \`issuer\``, hints }, true)
  }
  tenants.forEach((tenant, i) => {
    if (tenants.indexOf(tenant) === i) return
    add(`/tenants/${i}`, {
      code: 'ERR_CONFIG_DUPLICATE_NAME',
      message: `${quoted(tenant)} is on the list already`,
    })
  })
  if (tenant_claim !== undefined && claims?.[tenant_claim] !== undefined) {
    const message = `\`claims\` has a rule for ${quoted(tenant_claim)} already`
    add('/tenant_claim', { code: 'ERR_CONFIG_EXACTLY_ONE', message })
  }
  const kept = parts.find((part) => part.keys.snapshot_file !== undefined)
  if (kept !== undefined && tenants.length > 1) {
    const hints = ['without it, each tenant has a file in `state_dir`']
    add(`${kept.at}/snapshot_file`, { code, message: 'one `snapshot_file` for several tenants', hints }, true)
  }
}
