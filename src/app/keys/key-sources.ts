/** The key sources of a configuration: opened, or taken over from the running instance. */
import { keySourcesOf } from '../../config/setting-places.ts'
import type { IssuerSettings } from '../../settings/issuer/definition.ts'
import { compileIssuer, type Issuer } from '../../jwt/issuer.ts'
import { createCombinedSource } from '../../keys/sources/combined-source.ts'
import { createKeySource } from '../../keys/sources/create-key-source.ts'
import { assertFewCandidates } from '../../keys/sources/candidate-limit.ts'
import type { KeyDeps } from '../../keys/key-deps.ts'
import type { OneKeySource } from '../../settings/keys/key-source.ts'
import { partsOf, sourcesOf, type KeySource } from '../../keys/key-source.ts'
import type { Sliced } from '../../slices.ts'

export interface OpenedKeys {
  /** Without those that have a mistake. */
  readonly issuers: readonly Issuer[]
  /** Stops the sources, except those of issuers that have taken them over. */
  close(keep?: readonly Issuer[]): void
}

/** Runs a part of the build; undefined after a mistake of the operator, which is reported at the setting. */
export type Attempt = <Value>(setting: string, run: () => Value) => Value | undefined

/** @param previous Issuers whose remote sources are taken over when their settings are the same. */
export function* openKeySources(
  settings: readonly IssuerSettings[],
  deps: KeyDeps,
  previous: readonly Issuer[],
  attempt: Attempt,
): Sliced<OpenedKeys> {
  const opened = new Set<KeySource>()
  const remote = remoteSourcesOf(previous)
  const open = (one: OneKeySource, algorithms: IssuerSettings['algorithms']): KeySource => {
    const id = remoteId(one, algorithms)
    const source = remote.get(id ?? '') ?? createKeySource(one, algorithms, deps)
    opened.add(source)
    // Issuers with one key set, such as the tenants of a template, fetch it once.
    if (id !== undefined) remote.set(id, source)
    return source
  }
  const openIssuer = (issuer: IssuerSettings, index: number): Issuer | undefined => {
    const sources = keySourcesOf(issuer.keys, index)
    const parts = sources.flatMap(
      ({ keys, setting }) => attempt(setting, () => open(keys, issuer.algorithms)) ?? [],
    )
    if (parts.length < sources.length) return undefined
    return attempt(`issuers/${index}/keys`, () => compileIssuer(issuer, combine(parts)))
  }
  const issuers: Issuer[] = []
  for (const [index, one] of settings.entries()) {
    const issuer = openIssuer(one, index)
    if (issuer !== undefined) issuers.push(issuer)
    yield
  }
  return {
    issuers,
    close(keep = []) {
      const kept = new Set(keep.flatMap(({ keys }) => partsOf(keys)))
      for (const source of opened) if (!kept.has(source)) source.close()
    },
  }
}

function combine(parts: readonly KeySource[]): KeySource {
  assertFewCandidates(parts)
  const [first] = parts
  return first === undefined || parts.length > 1 ? createCombinedSource(parts) : first
}

/** What makes two remote key sources the same one; undefined for local keys. */
const remoteId = (keys: OneKeySource, algorithms: IssuerSettings['algorithms']): string | undefined =>
  keys.kind === 'jwks_url' || keys.kind === 'discovery' ? JSON.stringify([keys, algorithms]) : undefined

function remoteSourcesOf(issuers: readonly Issuer[]): Map<string, KeySource> {
  const sources = new Map<string, KeySource>()
  for (const { settings, keys } of issuers) {
    const parts = partsOf(keys)
    for (const [index, one] of sourcesOf(settings.keys).entries()) {
      const id = remoteId(one, settings.algorithms)
      const source = parts[index]
      if (id !== undefined && source !== undefined) sources.set(id, source)
    }
  }
  return sources
}
