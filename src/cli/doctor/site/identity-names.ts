/** Which header fields are identity at this site. */
import type { ProbedSite } from './site.ts'

export interface IdentityNames {
  /** Named by the configuration, or seen at the application. */
  readonly known: readonly string[]
  /** Tried, because many sites use them. */
  readonly guessed: readonly string[]
  readonly all: readonly string[]
}

/** The example of every page of Warder's documentation. */
const USUAL = ['X-Auth-Subject']
const OFTEN_USED = ['X-Auth-Roles', 'X-Auth-Scope', 'X-Auth-User', 'X-Auth-Email', 'X-Auth-Groups']

export function identityOf({ config, allowed }: Pick<ProbedSite, 'config' | 'allowed'>): IdentityNames {
  if (config !== undefined && config.identityNames.length > 0) {
    const known = config.identityNames.map(canonical)
    return { known, guessed: [], all: known }
  }
  const arrival = allowed?.arrival
  const echoed = arrival?.kind === 'arrived' ? (arrival.echoed?.fields ?? []) : []
  const seen = echoed.map(([name]) => canonical(name)).filter((name) => name.startsWith('X-Auth-'))
  const known = [...new Set([...USUAL, ...seen])]
  const guessed = OFTEN_USED.filter((name) => !known.includes(name))
  return { known, guessed, all: [...known, ...guessed] }
}

/** `x-auth-subject` → `X-Auth-Subject`. */
const canonical = (name: string): string =>
  name.toLowerCase().replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())
