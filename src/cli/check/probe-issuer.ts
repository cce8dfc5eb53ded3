/** Asks an issuer what the service would ask it, and reports more about the answer: for `warder check --online`. */
import type { IssuerSettings } from '../../settings/issuer/definition.ts'
import { createBoundedFetch } from '../../keys/fetch/bounded-fetch.ts'
import { discover } from '../../keys/fetch/discovery.ts'
import type { FetchDocument } from '../../keys/fetch/fetch-document.ts'
import { readJwks } from '../../keys/import/import-jwks.ts'
import type { KeyDeps } from '../../keys/key-deps.ts'
import type { KeySet } from '../../keys/key-set.ts'
import type { OneKeySource, SettingsOf } from '../../settings/keys/key-source.ts'
import { explainRefusals, fetchFor } from '../../keys/fetch/reach.ts'

/** Why an issuer's tokens would be denied. */
export interface ProbeFault {
  readonly kind: 'unreachable' | 'invalid' | 'issuer_mismatch' | 'none_usable'
  readonly url: string
  /** For people. */
  readonly why: string
  /** The issuer that the metadata names, with `issuer_mismatch`. */
  readonly announced?: string
}

export interface IssuerProbe {
  readonly source: 'discovery' | 'jwks_url'
  /** Time of a whole answer, in milliseconds; absent if nothing was asked. */
  readonly metadata?: { readonly url: string; readonly ms: number }
  readonly jwks?: { readonly url: string; readonly ms: number }
  /** Every key, usable or not. */
  readonly keys?: KeySet
  /** The issuer's clock minus that of this machine, in seconds, if its last answer has a `Date`. */
  readonly clockOffsetSeconds?: number
  readonly fault?: ProbeFault
}

/** A fetch, with the time it took and the clock of the server. */
interface Watched {
  readonly fetchDocument: FetchDocument
  readonly lastMs: () => number
  readonly clockOffsetSeconds: () => number | undefined
}

/** Undefined for keys that are not on the network. Never rejects. */
export async function probeSource(
  keys: OneKeySource,
  algorithms: IssuerSettings['algorithms'],
  deps: KeyDeps,
): Promise<IssuerProbe | undefined> {
  if (keys.kind !== 'discovery' && keys.kind !== 'jwks_url') return undefined
  const base = keys.kind === 'discovery' ? (keys.metadataUrl ?? keys.issuer) : keys.url
  const fetchDocument = createBoundedFetch(keys, { ...deps, fetch: fetchFor(keys, base, deps) })
  const watched = watch(explainRefusals(fetchDocument, keys.reach, base), deps.nowMs)
  const probe = await askForKeys(keys, algorithms, watched)
  const clockOffsetSeconds = watched.clockOffsetSeconds()
  return clockOffsetSeconds === undefined ? probe : { ...probe, clockOffsetSeconds }
}

async function askForKeys(
  keys: SettingsOf<'discovery' | 'jwks_url'>,
  algorithms: IssuerSettings['algorithms'],
  watched: Watched,
): Promise<IssuerProbe> {
  const { url, ...found } = await findKeySet(keys, watched)
  if (url === undefined) return found
  const fetched = await watched.fetchDocument(url, neverAborted())
  const jwks = { url, ms: watched.lastMs() }
  if (!fetched.ok || fetched.value.status !== 200) {
    const why = fetched.ok ? 'the server answered 304, which was not asked for' : fetched.error.why
    return { ...found, fault: { kind: 'unreachable', url, why } }
  }
  const read = readJwks(fetched.value.bytes, { algorithms, pin: keys.pin, keyUse: keys.keyUse })
  if (!read.ok) return { ...found, jwks, fault: { kind: 'invalid', url, why: read.error } }
  const fault: ProbeFault = { kind: 'none_usable', url, why: 'none of its keys is usable' }
  const isUsable = read.value.keys.length > 0
  return { ...found, jwks, keys: read.value, ...(isUsable ? {} : { fault }) }
}

/** Without a URL there is a fault. */
async function findKeySet(
  keys: SettingsOf<'discovery' | 'jwks_url'>,
  watched: Watched,
): Promise<IssuerProbe & { readonly url?: string }> {
  if (keys.kind === 'jwks_url') return { source: 'jwks_url', url: keys.url }
  const found = await discover(keys, watched.fetchDocument, neverAborted())
  const ms = watched.lastMs()
  if (!found.ok) return { source: 'discovery', metadata: { url: found.error.url, ms }, fault: found.error }
  return { source: 'discovery', metadata: { url: found.value.metadataUrl, ms }, url: found.value.jwksUri }
}

function watch(fetchDocument: FetchDocument, nowMs: () => number): Watched {
  let lastMs = 0
  let offset: number | undefined
  return {
    fetchDocument: async (url, signal) => {
      const sentMs = nowMs()
      const fetched = await fetchDocument(url, signal)
      lastMs = nowMs() - sentMs
      const dateMs = Date.parse((fetched.ok && fetched.value.headers.get('date')) || '')
      // The header has whole seconds, and was written about half-way; the smallest possible offset is reported.
      if (!Number.isNaN(dateMs)) offset = Math.trunc((dateMs - (sentMs + lastMs / 2)) / 1_000)
      return fetched
    },
    lastMs: () => lastMs,
    clockOffsetSeconds: () => offset,
  }
}

/** Each fetch has its own deadline. */
const neverAborted = (): AbortSignal => new AbortController().signal
