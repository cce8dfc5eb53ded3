/** A trusted issuer, compiled: its settings in the form that a decision reads. */
import type { KeySource } from '../keys/key-source.ts'
import type { IssuerSettings } from './issuer-settings.ts'

export interface Issuer {
  readonly settings: IssuerSettings
  readonly keys: KeySource
  readonly audience: ReadonlySet<string> | null
  readonly algorithms: ReadonlySet<string>
  readonly typ: ReadonlySet<string> | undefined
}

export function compileIssuer(settings: IssuerSettings, keys: KeySource): Issuer {
  return {
    settings,
    keys,
    audience: settings.audience === null ? null : new Set(settings.audience),
    algorithms: new Set(settings.algorithms),
    typ: settings.typ === undefined ? undefined : new Set(settings.typ),
  }
}

/** The issuers whose tokens are accepted in one place; picked by exact `iss` before any key is looked up. */
export interface IssuerMap {
  readonly byIss: ReadonlyMap<string, Issuer>
  /** For tokens of any or no issuer, where an operator relaxed it so. */
  readonly any: Issuer | undefined
}

export function compileIssuerMap(issuers: readonly Issuer[]): IssuerMap {
  const byIss = new Map<string, Issuer>()
  for (const issuer of issuers) if (issuer.settings.issuer !== null) byIss.set(issuer.settings.issuer, issuer)
  // Who has configured the other form as an issuer of its own means that one.
  for (const issuer of issuers)
    for (const alias of issuer.settings.issuerAliases ?? []) if (!byIss.has(alias)) byIss.set(alias, issuer)
  return { byIss, any: issuers.find((issuer) => issuer.settings.issuer === null) }
}

/** The issuer that must have signed, or undefined. A `Map`, so `__proto__` is a name like any other. */
export function pickIssuer(issuers: IssuerMap, iss: unknown): Issuer | undefined {
  if (typeof iss === 'string') return issuers.byIss.get(iss) ?? issuers.any
  return iss === undefined ? issuers.any : undefined
}
