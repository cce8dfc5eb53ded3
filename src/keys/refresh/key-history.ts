/** When each key of a source was first seen, last seen and last used. */
import type { KeyHistory } from '../key-source.ts'
import type { VerificationKey } from '../verification-key.ts'

/** Departed keys that are still listed; enough for a day of hourly rotations. */
const MAX_DEPARTED = 32

/** The last use is written at most this often. */
const USE_RESOLUTION_MS = 1_000

interface KeyRecord {
  readonly key: VerificationKey
  readonly firstSeenMs: number
  lastSeenMs: number
  /** 0: never. */
  lastUsedMs: number
}

export interface KeyHistories {
  /** Takes the keys of a good load; a key object that is not among them is no longer in force. */
  take(keys: readonly VerificationKey[], atMs: number, firstSeen?: ReadonlyMap<string, number>): void
  /** Notes a use, if this very key object is in force; returns whether it is. Runs on every decision: no allocation. */
  use(key: VerificationKey, nowMs: number): boolean
  list(): readonly KeyHistory[]
}

/** @param onUse Called when a use is noted, at most once a second for each key. */
export function createKeyHistories(onUse: (key: VerificationKey) => void = NOTHING): KeyHistories {
  let inForce = new Map<VerificationKey, KeyRecord>()
  let departed: readonly KeyRecord[] = []

  return {
    take(keys, atMs, firstSeen) {
      const before = [...inForce.values(), ...departed]
      const records = keys.map((key): KeyRecord => {
        const old = before.find((record) => isSame(record.key, key))
        const firstSeenMs = old?.firstSeenMs ?? firstSeen?.get(key.thumbprint) ?? atMs
        return { key, firstSeenMs, lastSeenMs: atMs, lastUsedMs: old?.lastUsedMs ?? 0 }
      })
      inForce = new Map(records.map((record) => [record.key, record]))
      departed = before
        .filter((record) => !keys.some((key) => isSame(record.key, key)))
        .slice(0, MAX_DEPARTED)
    },
    use(key, nowMs) {
      const record = inForce.get(key)
      if (record === undefined) return false
      // The distance: a clock that is set back must not stop the writing.
      if (Math.abs(nowMs - record.lastUsedMs) < USE_RESOLUTION_MS) return true
      record.lastUsedMs = nowMs
      onUse(key)
      return true
    },
    list: () => [
      ...[...inForce.values()].map((record) => toHistory(record, true)),
      ...departed.map((record) => toHistory(record, false)),
    ],
  }
}

const NOTHING = (): void => undefined

const isSame = (a: VerificationKey, b: VerificationKey): boolean =>
  a === b || (a.kid === b.kid && a.thumbprint === b.thumbprint)

const toHistory = (
  { key, firstSeenMs, lastSeenMs, lastUsedMs }: KeyRecord,
  isInForce: boolean,
): KeyHistory => ({
  kid: key.kid,
  thumbprint: key.thumbprint,
  firstSeenMs,
  lastSeenMs,
  lastUsedMs: lastUsedMs === 0 ? undefined : lastUsedMs,
  isInForce,
})
