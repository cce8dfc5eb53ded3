/** Scopes of a token, however its issuer writes them. */
import { readClaim, type Claims } from '../syntax/claim-path.ts'

/** Where scopes are when an issuer does not say: RFC 8693 §4.2, and Entra and Okta. */
const DEFAULT_SCOPE_CLAIMS: readonly string[] = ['scope', 'scp']

/** @param names Top-level claims that hold scopes, all of which count and no other; default `scope` and `scp`. */
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

/** What is asked of the scopes: all of one list, and one of another if that is not empty. */
export interface ScopeRule {
  readonly all: readonly string[]
  readonly any: readonly string[]
}

/** The scopes that are missing: empty if the rule holds. Of an any-of list, all are named. */
export function missingScopes(scopes: ReadonlySet<string>, rule: ScopeRule): readonly string[] {
  const missing = rule.all.filter((scope) => !scopes.has(scope))
  const anyHeld = rule.any.length === 0 || rule.any.some((scope) => scopes.has(scope))
  return anyHeld ? missing : [...missing, ...rule.any]
}
