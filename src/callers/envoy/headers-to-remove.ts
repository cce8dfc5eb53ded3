/** The client's fields that Envoy is to remove from an allowed request. */
import type { Allow } from '../../decision/decision.ts'

/**
 * Envoy takes identity headers of an answer only as far as `allowed_upstream_headers` lists them, so those without a value
 * are named here, where no list is needed; and so are the spellings that CGI and its heirs read as the same header, which
 * Envoy passes on by default. Its configuration removes the rest: mixed spellings, and fields that describe another request.
 */
export function linesToRemove({ identity }: Allow, identityNames: readonly string[]): string {
  let names = aliasesOf(identityNames)
  for (let i = 0; i < identityNames.length; i++) {
    if ((identity[i] ?? '') === '') names += `,${identityNames[i]}`
  }
  return names === '' ? '' : `x-envoy-auth-headers-to-remove: ${names}\r\n`
}

/** Of the guards in force: that of a reload has another list. */
const ALIASES = new WeakMap<readonly string[], string>()

function aliasesOf(identityNames: readonly string[]): string {
  const known = ALIASES.get(identityNames)
  if (known !== undefined) return known
  const aliases = ['x-decision-id', ...identityNames]
    .flatMap((name) => [name.replaceAll('-', '_'), name.replaceAll('-', '.')])
    .filter((alias) => alias.includes('_') || alias.includes('.'))
    .join(',')
  ALIASES.set(identityNames, aliases)
  return aliases
}
