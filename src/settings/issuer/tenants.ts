/** Issuers by template: one entry of the file, one issuer per tenant on its list. */
import { parseTenant } from '../values/texts.ts'
import { toName, issuerNames, uniqueName } from '../default-names.ts'
import { quoted } from '../../printable.ts'
import { problemAt, problemAtKey, type Located, type LocatedProblem } from '../problem.ts'
import { keyPartsOf, keySourceOf } from '../keys/parts.ts'
import type { KeysConfig } from '../keys/definition.ts'
import type { IssuerConfig } from './definition.ts'

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
  // Every tenant: the template itself is what a token is held against.
  if (tenants === null) return [template]
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
    const tenants = value.tenants == null ? undefined : [...new Set(value.tenants)]
    return expandTenants(value).map((issuer, j) => {
      const name = tenants === undefined ? group : uniqueName(nameOf(group, tenants[j] ?? ''), taken)
      return { pointer, group, name, issuer }
    })
  })
}

// A tenant id is 36 characters, and a name at most 64.
const nameOf = (group: string, tenant: string): string => toName(`${group.slice(0, 19)}-${tenant}`, group)

/**
 * Whether some `iss` is of both templates. A text without a placeholder is not a template, and an exact issuer goes first.
 *
 * If there is one, there is a shortest: the beginning of one template and the end of one, which may share characters
 * (`a/{tenant}` and `{tenant}/b` have `a/b`), or a letter between them.
 */
export function mayOverlap(one: string, other: string): boolean {
  const both = [one, other].map((template) => template.split(PLACEHOLDER))
  if (both.some((parts) => parts.length !== 2)) return false
  const isOfBoth = (iss: string): boolean =>
    both.every(([start = '', end = '']) => isBetween(iss, start, end))
  return both.some(([start = '']) =>
    both.some(([, end = '']) => isOfBoth(`${start}a${end}`) || joinsOf(start, end).some(isOfBoth)),
  )
}

/** Every text that begins with the one and ends with the other, and has nothing else. */
const joinsOf = (start: string, end: string): readonly string[] =>
  Array.from({ length: Math.min(start.length, end.length) + 1 }, (_, shared) => shared)
    .filter((shared) => start.endsWith(end.slice(0, shared)))
    .map((shared) => start + end.slice(shared))

const isBetween = (iss: string, start: string, end: string): boolean =>
  iss.startsWith(start) &&
  iss.endsWith(end) &&
  iss.length > start.length + end.length &&
  parseTenant(iss.slice(start.length, iss.length - end.length)).ok

/** A template without tenants, tenants without a template, and placeholders that mean nothing. */
export function checkTenants(issuer: IssuerConfig): readonly LocatedProblem[] {
  const places = textsOf(issuer)
  const wrong = places.flatMap(([at, text]) => {
    const other = text.match(/\{[^{}]*\}/g)?.find((found) => found !== PLACEHOLDER)
    if (other === undefined) return []
    const hint = `the only placeholder is ${PLACEHOLDER}`
    return [problemAt(at, CODE, `${quoted(other)} is not a placeholder`, hint)]
  })
  const { tenants, tenant_claim: claim } = issuer
  if (tenants === null) return [...wrong, ...checkAnyTenant(issuer)]
  if (tenants !== undefined) return [...wrong, ...checkTenantList(issuer, tenants)]
  const at = places.find(([, text]) => text.includes(PLACEHOLDER))?.[0]
  if (at !== undefined) {
    const hints = [
      'list the accepted tenants: `tenants: […]`',
      'or `tenants: any` with a `tenant_claim`, to accept every tenant',
    ]
    return [...wrong, problemAt(at, CODE, `${PLACEHOLDER} without \`tenants\``, ...hints)]
  }
  if (claim === undefined) return wrong
  return [...wrong, problemAtKey('/tenant_claim', CODE, '`tenant_claim` without `tenants`')]
}

const CODE = 'ERR_CONFIG_TENANTS'

/** Where a placeholder may stand, and what is written there. */
function textsOf({ issuer, keys }: IssuerConfig): readonly (readonly [at: string, text: string])[] {
  const parts = keyPartsOf({ keys })
  return [
    ['/issuer', issuer ?? ''],
    ...parts.map(({ items, keys: one }) => [items.jwks_url ?? '', one.jwks_url ?? ''] as const),
    ...parts.map(({ at, keys: one }) => [`${at}/metadata_url`, one.metadata_url ?? ''] as const),
  ]
}

function checkTenantList(
  { issuer, tenant_claim: claim, keys, claims }: IssuerConfig,
  tenants: readonly string[],
): readonly LocatedProblem[] {
  const found: LocatedProblem[] = []
  if (issuer?.includes(PLACEHOLDER) !== true) {
    const message = `\`tenants\` without ${PLACEHOLDER} in \`issuer\``
    const hint = `write ${PLACEHOLDER} in the place of the tenant in the \`iss\``
    found.push(problemAtKey('/tenants', CODE, message, hint))
  }
  tenants.forEach((tenant, i) => {
    if (tenants.indexOf(tenant) === i) return
    const message = `${quoted(tenant)} is listed twice`
    found.push(problemAt(`/tenants/${i}`, 'ERR_CONFIG_DUPLICATE_NAME', message))
  })
  if (claim !== undefined && claims?.[claim] !== undefined) {
    const message = `\`claims\` already has a rule for ${quoted(claim)}`
    found.push(problemAt('/tenant_claim', 'ERR_CONFIG_EXACTLY_ONE', message))
  }
  const kept = keyPartsOf({ keys }).find((part) => part.keys.snapshot_file !== undefined)
  if (kept !== undefined && tenants.length > 1) {
    const message = 'one `snapshot_file` for several tenants'
    const hint = 'without it, each tenant has a file in `state_dir`'
    found.push(problemAtKey(`${kept.at}/snapshot_file`, CODE, message, hint))
  }
  return found
}

/** Without a list, the token names its own tenant: its issuer must name it twice, and sign with keys of one place. */
function checkAnyTenant(config: IssuerConfig): readonly LocatedProblem[] {
  const { issuer, tenant_claim: claim, keys, claims } = config
  const found: LocatedProblem[] = []
  if ((issuer ?? '').split(PLACEHOLDER).length !== 2) {
    const message = `\`tenants: any\` needs ${PLACEHOLDER} in \`issuer\`, once`
    const hint = 'such as https://login.microsoftonline.com/{tenant}/v2.0'
    found.push(problemAt('/issuer', CODE, message, hint))
  }
  if (claim === undefined) {
    const hint = 'name the claim that holds the tenant: `tenant_claim: tid` for Entra ID'
    found.push(problemAt('/tenants', CODE, '`tenants: any` without `tenant_claim`', hint))
  }
  for (const { at, items, keys: one } of keyPartsOf({ keys })) {
    const isFixed = keySourceOf(one) !== 'discovery' && one.jwks_url?.includes(PLACEHOLDER) !== true
    if (isFixed) continue
    const message = 'with `tenants: any`, a token would choose the source of its keys'
    const hint = 'write one key set for all tenants: `keys: { jwks_url: … }`, without a placeholder'
    found.push(problemAt(keys === undefined ? '/tenants' : (items.jwks_url ?? at), CODE, message, hint))
  }
  if (claim === undefined || claims?.[claim]?.in === undefined) {
    const message = 'tokens of every tenant of this provider are accepted'
    const hint = `restrict the tenants with a claim rule of a policy, or list them: \`claims: { ${claim ?? 'tid'}: […] }\``
    found.push(problemAt('/tenants', 'WARN_CONFIG_TENANT_ANY', message, hint))
  }
  return found
}
