/** The key sources of the supervisor, for workers: what they hold, what has changed, and questions about unknown keys. */
import type { Issuer } from '../../jwt/issuer.ts'
import { partsOf, type KeySource, type KeySourceStatus } from '../../keys/key-source.ts'
import type { SharedKeys } from '../../keys/mirror/key-mirror.ts'
import { toSharedKey } from '../../keys/mirror/shared-key.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import type { SourceKeys } from './source-keys.ts'

export interface KeyRelay {
  /** Ids of the sources of each issuer, and of these alone until the next call of {@link keep}. */
  idsOf(issuers: readonly Issuer[]): readonly (readonly number[])[]
  /** What they hold now. */
  keysOf(issuers: readonly Issuer[]): readonly SourceKeys[]
  /** What has changed since the last call; a set that is the same is not in it again. */
  changes(): readonly SourceKeys[]
  /** Forgets all other sources. */
  keep(issuers: readonly Issuer[]): void
  /** Looks for a key, and waits for the load that may bring it; whether it waited. Never rejects. */
  lookUp(source: number, kid: string | undefined, algorithm: Algorithm): Promise<boolean>
  /** Notes that a key was used in a worker. */
  noteUse(source: number, thumbprint: string): void
}

interface Followed {
  readonly id: number
  /** What workers were sent last. */
  sent: Times | undefined
  keys: unknown
}

export function createKeyRelay(): KeyRelay {
  const followed = new Map<KeySource, Followed>()
  let lastId = 0
  const follow = (source: KeySource): Followed => {
    let known = followed.get(source)
    if (known === undefined)
      followed.set(source, (known = { id: ++lastId, sent: undefined, keys: undefined }))
    return known
  }
  const sourceOf = (id: number): KeySource | undefined =>
    [...followed].find(([, known]) => known.id === id)?.[0]
  return {
    idsOf: (issuers) => issuers.map(({ keys }) => partsOf(keys).map((part) => follow(part).id)),
    keysOf: (issuers) =>
      sourcesOf(issuers).map((source) => {
        const { id } = follow(source)
        return { source: id, shared: share(source) }
      }),
    changes: () =>
      [...followed].flatMap(([source, known]) => {
        const status = source.status()
        const times = timesOf(status)
        const isSameSet = known.keys === status.keys
        if (isSameSet && isSame(known.sent, times)) return []
        known.keys = status.keys
        known.sent = times
        return [{ source: known.id, shared: { ...times, keySet: isSameSet ? undefined : keySetOf(status) } }]
      }),
    keep(issuers) {
      const kept = new Set(sourcesOf(issuers))
      for (const source of followed.keys()) if (!kept.has(source)) followed.delete(source)
    },
    async lookUp(id, kid, algorithm) {
      const answer = sourceOf(id)?.lookup(kid, algorithm, true)
      if (answer?.state !== 'pending') return false
      await answer.settled
      return true
    },
    noteUse(id, thumbprint) {
      const source = sourceOf(id)
      if (source === undefined) return
      for (const key of source.status().keys) if (key.thumbprint === thumbprint) source.noteUse(key)
    },
  }
}

const sourcesOf = (issuers: readonly Issuer[]): readonly KeySource[] => [
  ...new Set(issuers.flatMap(({ keys }) => partsOf(keys))),
]

/** What workers know of the loading. */
type Times = Omit<SharedKeys, 'keySet'>

function share(source: KeySource): SharedKeys {
  const status = source.status()
  return { ...timesOf(status), keySet: keySetOf(status) }
}

const keySetOf = ({ keys, ignored }: KeySourceStatus): SharedKeys['keySet'] => ({
  keys: keys.map(toSharedKey),
  ignored,
})

const timesOf = ({ loadedAtMs, loading, lastError, state }: KeySourceStatus): Times => ({
  loadedAtMs,
  usableUntilMs: loading?.usableUntilMs,
  nextLoadAtMs: loading?.nextLoadAtMs,
  lastError,
  isStale: state === 'stale',
})

const isSame = (a: Times | undefined, b: Times): boolean =>
  a !== undefined &&
  a.loadedAtMs === b.loadedAtMs &&
  a.usableUntilMs === b.usableUntilMs &&
  a.nextLoadAtMs === b.nextLoadAtMs &&
  a.lastError === b.lastError &&
  a.isStale === b.isStale
