/** Scopes of a token, however its issuer writes them. */
import type { Claims } from './claim-path.ts'

/**
 * The scopes in `scope` (a string, RFC 8693 §4.2, or an array as some issuers have it) and `scp` (Entra, Okta),
 * together. A value of any other type holds none.
 */
export function readScopes(claims: Claims): ReadonlySet<string> {
  const scopes = new Set<string>()
  for (const name of ['scope', 'scp']) {
    const value: unknown = Object.hasOwn(claims, name) ? claims[name] : undefined
    if (typeof value === 'string') for (const scope of value.split(' ')) scopes.add(scope)
    else if (Array.isArray(value)) for (const scope of value) if (typeof scope === 'string') scopes.add(scope)
  }
  scopes.delete('')
  return scopes
}

/** What is asked of the scopes: all of one list, and one of another if that is not empty. */
export interface ScopeRule {
  readonly all: readonly string[]
  readonly any: readonly string[]
}

/** The scopes that are missing: empty if the rule holds. Of an any-of list, all are named. */
export function missingScopes(claims: Claims, rule: ScopeRule): readonly string[] {
  if (rule.all.length === 0 && rule.any.length === 0) return []
  const scopes = readScopes(claims)
  const missing = rule.all.filter((scope) => !scopes.has(scope))
  const anyHeld = rule.any.length === 0 || rule.any.some((scope) => scopes.has(scope))
  return anyHeld ? missing : [...missing, ...rule.any]
}
