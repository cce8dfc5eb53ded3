/** The keys of all issuers, for the admin listener and `warder keys list`. Never key material. */
import type { Issuer } from '../jwt/issuer.ts'
import { partsOf, type KeyHistory, type KeySourceStatus } from '../keys/key-source.ts'

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
  const { description, state, loadedAtMs, lastError, loading, ignored } = status
  return {
    name,
    source: description,
    state,
    loadedAt: time(loadedAtMs),
    lastError: lastError ?? null,
    origin: loading?.origin ?? null,
    keys: [...inForce(status), ...gone(status)],
    ignored: ignored.map(({ kid, why }) => ({ kid: kid ?? null, why })),
  }
}

// The history begins with the keys in force, in their order.
const inForce = ({ keys, history }: KeySourceStatus): readonly KeyReport[] =>
  keys.map(({ kid, description, verifiers, thumbprint }, index) => ({
    kid: kid ?? null,
    type: description,
    algorithms: [...verifiers.keys()],
    // The placeholder for a secret's thumbprint differs in each process.
    thumbprint: description.startsWith('HMAC') ? null : thumbprint,
    inForce: true,
    ...timesOf(history[index]),
  }))

const gone = ({ history }: KeySourceStatus): readonly KeyReport[] =>
  history
    .filter((key) => !key.isInForce)
    .map((key) => ({
      kid: key.kid ?? null,
      type: null,
      algorithms: [],
      thumbprint: key.thumbprint,
      inForce: false,
      ...timesOf(key),
    }))

const timesOf = (key: KeyHistory | undefined): Pick<KeyReport, 'firstSeen' | 'lastSeen' | 'lastUsed'> => ({
  firstSeen: time(key?.firstSeenMs),
  lastSeen: time(key?.lastSeenMs),
  lastUsed: time(key?.lastUsedMs),
})

const time = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
