/** Metrics of the issuers' keys. */
import type { KeyEvent } from '../../keys/key-deps.ts'
import type { KeySourceStatus } from '../../keys/key-source.ts'
import type { ReadValues, WriteValue } from './registry.ts'

/** One key source of an issuer. */
export interface SourceState {
  readonly issuer: string
  readonly status: KeySourceStatus
}

/** Most sources whose loads are counted. */
const MAX_SOURCES = 10_000

/** Counts the loads of sources, and reads their states at each scrape. */
export class KeyMetrics {
  readonly #nowMs: () => number
  readonly #loads = new Map<string, { ok: number; failed: number }>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Counts an event if it is a load. */
  note({ type, source }: KeyEvent): void {
    if (type !== 'refreshed' && type !== 'refresh_failed') return
    const loads = this.#loads.get(source) ?? { ok: 0, failed: 0 }
    loads[type === 'refreshed' ? 'ok' : 'failed'] += 1
    // Last place: of many, those of previous configurations are forgotten.
    this.#loads.delete(source)
    this.#loads.set(source, loads)
    const [oldest = ''] = this.#loads.keys()
    if (this.#loads.size > MAX_SOURCES) this.#loads.delete(oldest)
  }

  /** @param states Of all sources of the configuration in force. */
  reader(states: () => readonly SourceState[]): ReadValues {
    return (write) => {
      for (const group of groupsOf(states())) this.#write(group, write)
    }
  }

  #write({ issuer, source, all }: SourceGroup, write: WriteValue): void {
    const labels = [issuer, source]
    const sum = (count: (status: KeySourceStatus) => number): number =>
      all.reduce((total, status) => total + count(status), 0)
    write('warder_keys_usable', labels, sum(usableKeys))
    write(
      'warder_keys_refused',
      labels,
      sum(({ ignored }) => ignored.filter(({ isUntrusted }) => isUntrusted === true).length),
    )
    const loadedAtMs = least(all.map((status) => status.loadedAtMs))
    if (loadedAtMs !== undefined) {
      const isFresh = all.every(({ state }) => state === 'fresh')
      write('warder_keys_loaded_timestamp_seconds', labels, loadedAtMs / 1_000)
      const ageMs = Math.max(0, this.#nowMs() - loadedAtMs)
      write('warder_keys_stale_seconds', labels, isFresh ? 0 : ageMs / 1_000)
    }
    const nextLoadAtMs = least(all.map(({ loading }) => loading?.nextLoadAtMs))
    if (nextLoadAtMs === undefined) return
    write('warder_keys_next_refresh_timestamp_seconds', labels, nextLoadAtMs / 1_000)
    const loads = this.#loads.get(source)
    for (const result of ['ok', 'failed'] as const)
      write('warder_key_fetches_total', [...labels, result], loads?.[result] ?? 0)
  }
}

/** Sources of an issuer with the same description, such as two secrets; their series would be the same. */
interface SourceGroup {
  readonly issuer: string
  readonly source: string
  readonly all: readonly KeySourceStatus[]
}

function groupsOf(states: readonly SourceState[]): Iterable<SourceGroup> {
  const groups = new Map<string, SourceGroup & { all: KeySourceStatus[] }>()
  for (const { issuer, status } of states) {
    const { description: source } = status
    const key = `${issuer}\u0000${source}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { issuer, source, all: [status] })
    else group.all.push(status)
  }
  return groups.values()
}

const usableKeys = ({ state, keys }: KeySourceStatus): number => (state === 'expired' ? 0 : keys.length)

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
