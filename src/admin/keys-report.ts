/** The keys of all issuers, for the admin listener and `warder keys list`. Never key material. */
import type { Issuer } from '../jwt/issuer.ts'
import { partsOf, type KeyHistory, type KeySourceStatus } from '../keys/key-source.ts'
import type { VerificationKey } from '../keys/verification-key.ts'

/** One key, in force or removed. Times are RFC 3339; null: never, or not in this process. */
export interface KeyReport {
  readonly kid: string | null
  /** `P-256`, `RSA-2048`; null for a removed key. */
  readonly type: string | null
  readonly algorithms: readonly string[]
  /** RFC 7638; null for a secret. */
  readonly thumbprint: string | null
  readonly inForce: boolean
  readonly firstSeen: string | null
  readonly lastSeen: string | null
  readonly lastUsed: string | null
}

export interface IssuerKeysReport {
  readonly name: string
  readonly source: string
  readonly state: KeySourceStatus['state']
  readonly loadedAt: string | null
  readonly lastError: string | null
  readonly origin: 'network' | 'snapshot' | null
  readonly keys: readonly KeyReport[]
  /** Published keys that were rejected. */
  readonly ignored: readonly { readonly kid: string | null; readonly why: string }[]
}

/** One entry for each key source, in the order of the configuration; each lists the keys in force first. */
export const reportKeys = (issuers: readonly Issuer[]): readonly IssuerKeysReport[] =>
  issuers.flatMap(({ settings, keys }) =>
    partsOf(keys).map((part) => reportIssuer(settings.name, part.status())),
  )

function reportIssuer(name: string, status: KeySourceStatus): IssuerKeysReport {
  const { description, state, keys, history, loadedAtMs, lastError, loading, ignored } = status
  return {
    name,
    source: description,
    state,
    loadedAt: time(loadedAtMs),
    lastError: lastError ?? null,
    origin: loading?.origin ?? null,
    // The history begins with the keys in force, in their order.
    keys: history.map((one, index) => reportKey(one, keys[index])),
    ignored: ignored.map(({ kid, why }) => ({ kid: kid ?? null, why })),
  }
}

/** @param key Undefined for a removed one. */
const reportKey = (history: KeyHistory, key: VerificationKey | undefined): KeyReport => ({
  kid: history.kid ?? null,
  type: key?.description ?? null,
  algorithms: [...(key?.verifiers.keys() ?? [])],
  // The placeholder for a secret's thumbprint differs in each process.
  thumbprint: key?.description.startsWith('HMAC') === true ? null : history.thumbprint,
  inForce: history.isInForce,
  firstSeen: time(history.firstSeenMs),
  lastSeen: time(history.lastSeenMs),
  lastUsed: time(history.lastUsedMs),
})

const time = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
