/** What happened to the keys of each issuer, seen by looking at their sources now and then. */
import type { Issuer } from '../jwt/issuer.ts'
import { partsOf, type KeySourceStatus } from '../keys/key-source.ts'
import type { HistoryAnswer, KeyMoment } from './decision-record.ts'

export interface KeyTimeline {
  /** Compares the sources with what they were. */
  look(issuers: readonly Issuer[]): void
  readonly issuers: HistoryAnswer['issuers']
}

/** Of one source; a source that fails does so at most every few seconds. */
const MAX_MOMENTS = 200
/** Most keys that one moment names. */
const MAX_NAMED = 8

interface Followed {
  readonly name: string
  readonly source: string
  readonly moments: KeyMoment[]
  seen: Seen
}

/** What is compared. */
interface Seen {
  readonly loadedAtMs: number | undefined
  readonly failedAtMs: number | undefined
  readonly isFailing: boolean
  readonly keys: ReadonlyMap<string, string>
}

const NOTHING: Seen = { loadedAtMs: undefined, failedAtMs: undefined, isFailing: false, keys: new Map() }

/** Sources are the same if their issuer's name and their description are: a reload forgets nothing of them. */
export function createKeyTimeline(): KeyTimeline {
  let followed = new Map<string, Followed>()
  return {
    look(issuers) {
      const next = new Map<string, Followed>()
      for (const { settings, keys } of issuers)
        for (const part of partsOf(keys)) {
          const status = part.status()
          const id = `${settings.name}\n${status.description}`
          const one = followed.get(id) ?? {
            name: settings.name,
            source: status.description,
            moments: [],
            seen: NOTHING,
          }
          const now = seenOf(status)
          one.moments.push(...momentsBetween(one.seen, now, status))
          one.moments.splice(0, one.moments.length - MAX_MOMENTS)
          one.seen = now
          next.set(id, one)
        }
      followed = next
    },
    get issuers() {
      return [...followed.values()].map(({ name, source, moments }) => ({
        name,
        source,
        moments: [...moments],
      }))
    },
  }
}

const seenOf = ({ loadedAtMs, loading, lastError, keys }: KeySourceStatus): Seen => ({
  loadedAtMs,
  failedAtMs: loading?.lastErrorAtMs,
  isFailing: lastError !== undefined,
  keys: new Map(keys.map((key) => [key.thumbprint, key.kid ?? key.thumbprint])),
})

function momentsBetween(before: Seen, now: Seen, { lastError }: KeySourceStatus): readonly KeyMoment[] {
  const moments: KeyMoment[] = []
  if (now.failedAtMs !== undefined && now.failedAtMs !== before.failedAtMs)
    moments.push({ timeMs: now.failedAtMs, type: 'failed', detail: lastError ?? null })
  if (now.loadedAtMs !== undefined && now.loadedAtMs !== before.loadedAtMs) {
    const timeMs = now.loadedAtMs
    const changes = changesOf(before.keys, now.keys)
    if (before.loadedAtMs === undefined) moments.push({ timeMs, type: 'loaded', detail: changes })
    else if (changes !== null) moments.push({ timeMs, type: 'rotated', detail: changes })
    if (before.isFailing && !now.isFailing) moments.push({ timeMs, type: 'recovered', detail: null })
  }
  return moments.toSorted((a, b) => a.timeMs - b.timeMs)
}

function changesOf(before: Seen['keys'], now: Seen['keys']): string | null {
  const added = [...now].flatMap(([id, name]) => (before.has(id) ? [] : [`+${name}`]))
  const removed = [...before].flatMap(([id, name]) => (now.has(id) ? [] : [`-${name}`]))
  const all = [...added, ...removed]
  if (all.length === 0) return null
  const more = all.length > MAX_NAMED ? ` and ${all.length - MAX_NAMED} more` : ''
  return `${all.slice(0, MAX_NAMED).join(' ')}${more}`
}
