/** The mirrors of a worker, by the ids that the supervisor gave their sources. */
import { createKeyMirror, type KeyMirror } from '../../keys/mirror/key-mirror.ts'
import { sourcesOf } from '../../keys/key-source.ts'
import type { OneKeySource } from '../../settings/keys/key-source.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { systemKeyDeps } from '../system.ts'
import type { SourceKeys } from './source-keys.ts'
import type { Plan } from './plan.ts'

/** Asks the supervisor for a key; see {@link createKeyMirror}. */
export type AskSupervisor = (
  source: number,
  kid: string | undefined,
  algorithm: Algorithm,
) => Promise<boolean>

export interface Mirrors {
  /** Makes the mirrors of a plan that are not there yet, and takes its keys. */
  take(plan: Pick<Plan, 'settings' | 'sources' | 'keys'>): void
  of(source: number): KeyMirror
  /** Takes new keys of sources that are mirrored here. */
  update(changed: readonly SourceKeys[]): void
  /** Forgets the mirrors that a plan does not have. */
  keep(sources: Plan['sources']): void
}

/** @param onUse Called when a key of a source is used, at most once a second for each. */
export function createMirrors(
  ask: AskSupervisor,
  onUse: (source: number, thumbprint: string) => void,
): Mirrors {
  const mirrors = new Map<number, KeyMirror>()
  const create = (id: number, keys: OneKeySource): KeyMirror =>
    createKeyMirror(
      {
        description: keys.kind,
        ask: (kid, algorithm) => ask(id, kid, algorithm),
        onUse: ({ thumbprint }) => onUse(id, thumbprint),
        ...((keys.kind === 'jwks_url' || keys.kind === 'discovery') && { remote: keys }),
      },
      systemKeyDeps,
    )
  const update: Mirrors['update'] = (changed) => {
    for (const { source, shared } of changed) mirrors.get(source)?.take(shared)
  }
  return {
    take({ settings, sources, keys }) {
      for (const [i, issuer] of settings.issuers.entries())
        for (const [part, one] of sourcesOf(issuer.keys).entries()) {
          const id = sources[i]?.[part]
          if (id !== undefined && !mirrors.has(id)) mirrors.set(id, create(id, one))
        }
      update(keys)
    },
    of(source) {
      const mirror = mirrors.get(source)
      if (mirror === undefined) throw new TypeError(`no key source ${source}`)
      return mirror
    },
    update,
    keep(sources) {
      const kept = new Set(sources.flat())
      for (const id of mirrors.keys()) if (!kept.has(id)) mirrors.delete(id)
    },
  }
}
