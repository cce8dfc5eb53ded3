/** The names of a configuration that are labels of metrics. */
import type { ConfiguredLabel } from '../../observe/metrics/definitions.ts'
import type { IsConfigured } from '../../observe/metrics/configured-names.ts'
import { ANY_VALID_TOKEN } from '../../policy/compile-policy.ts'
import type { Settings } from '../../settings/definition.ts'
import type { Sliced } from '../../slices.ts'

/** Names in one slice. */
const SLICE_NAMES = 500

/** Compiled in slices: there may be very many routes. */
export function* configuredNames({
  routes,
  policies,
  issuers,
  upstreams,
}: Pick<Settings, 'routes' | 'policies' | 'issuers' | 'upstreams'>): Sliced<IsConfigured> {
  const names: Readonly<Record<ConfiguredLabel, Set<string>>> = {
    route: new Set(),
    policy: new Set([ANY_VALID_TOKEN.name]),
    issuer: new Set(),
    upstream: new Set(),
  }
  for (const [label, all] of [
    ['route', routes],
    ['policy', policies],
    ['issuer', issuers],
    ['upstream', upstreams],
  ] as const)
    for (const [index, { name }] of all.entries()) {
      names[label].add(name)
      if (index % SLICE_NAMES === 0) yield
    }
  const byLabel = new Map<string, ReadonlySet<string>>(Object.entries(names))
  return (label, value) => byLabel.get(label)?.has(value) === true
}
