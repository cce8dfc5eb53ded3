/** Scopes of a token, in any of the forms that issuers use. */
import { readClaim, type Claims } from '../syntax/claim-path.ts'

/** Default claims with scopes: RFC 8693 §4.2, and Entra and Okta. */
const DEFAULT_SCOPE_CLAIMS: readonly string[] = ['scope', 'scp']

/** @param names Top-level claims that hold scopes; all of these count, and no others. Default `scope` and `scp`. */
export function readScopes(claims: Claims, names = DEFAULT_SCOPE_CLAIMS): ReadonlySet<string> {
  const scopes = new Set<string>()
  for (const name of names) {
    const value = readClaim(claims, [name])
    if (typeof value === 'string') for (const scope of value.split(' ')) scopes.add(scope)
    else if (Array.isArray(value)) for (const scope of value) if (typeof scope === 'string') scopes.add(scope)
  }
  scopes.delete('')
  return scopes
}

/** The first of these claims that is neither a text, a list of texts, nor absent or null; undefined if all are. */
export function unreadableScopes(claims: Claims, names = DEFAULT_SCOPE_CLAIMS): string | undefined {
  return names.find((name) => {
    const value = readClaim(claims, [name])
    if (value === undefined || value === null || typeof value === 'string') return false
    return !Array.isArray(value) || !value.every((scope) => typeof scope === 'string')
  })
}

/** Required scopes: all of one list, and one of the other if that is not empty. */
export interface ScopeRule {
  readonly all: readonly string[]
  readonly any: readonly string[]
}

/** The missing scopes: empty if the rule holds. For an any-of list, all of its scopes. */
export function missingScopes(scopes: ReadonlySet<string>, rule: ScopeRule): readonly string[] {
  const missing = rule.all.filter((scope) => !scopes.has(scope))
  const anyHeld = rule.any.length === 0 || rule.any.some((scope) => scopes.has(scope))
  return anyHeld ? missing : [...missing, ...rule.any]
}
