/** One key source of an issuer: from the words of the file to settings, and back. */
import { isUtf8 } from 'node:buffer'
import { resolve } from 'node:path'
import { z } from 'zod'
import { listOf } from '../kinds/collections.ts'
import type { FillContext, Kind, Value, WriteOptions } from '../kinds/kind.ts'
import { NO_CONTEXT } from '../kinds/section.ts'
import { decodeSecret } from '../values/decode-secret.ts'
import {
  FETCH,
  KEYS,
  ONE_SOURCE,
  REACH,
  type KeysConfig,
  type KeySourceConfig,
  type ReachSettings,
} from './definition.ts'

export interface SnapshotSettings {
  /** Absolute path. */
  readonly file: string
  /** The issuer that the keys are of; a snapshot of another is not used. */
  readonly issuer: string
}

/**
 * The `use` of the keys that are accepted. `sig`, the default, accepts keys without one, too (RFC 7517 §4.2);
 * `jwt-svid` does not, because a SPIFFE bundle holds keys of other kinds.
 */
export type KeyUse = 'sig' | 'jwt-svid'

/** Bounds of a remote key source; none may be unlimited. */
export interface RemoteKeySettings extends Omit<Value<typeof FETCH>, 'snapshotFile'> {
  readonly keyUse?: KeyUse
  /** Absent: the network as the process has it. */
  readonly reach?: ReachSettings
  /** Where the last good set is kept between runs; with `startup: 'snapshot'`, and only then. */
  readonly snapshot?: SnapshotSettings
}

/** What holds for remote keys of which nothing is written. */
export const USUAL_REMOTE_KEYS: RemoteKeySettings = FETCH.read({}, NO_CONTEXT)

/** One key source. */
export type OneKeySource =
  | {
      readonly kind: 'secret'
      readonly secret: Uint8Array
      readonly kid?: string
      /** Accept a secret shorter than the digest (RFC 7518 §3.2 forbids it), never below 16 bytes. Default false. */
      readonly allowShortSecret: boolean
    }
  | { readonly kind: 'pem_file'; readonly files: readonly string[] }
  /** The text of PEM files, in the configuration itself. */
  | { readonly kind: 'pem'; readonly texts: readonly string[] }
  /** The text of a JWK set, in the configuration itself. */
  | { readonly kind: 'jwks'; readonly text: string; readonly keyUse?: KeyUse }
  | {
      readonly kind: 'jwks_file'
      readonly file: string
      readonly keyUse?: KeyUse
      /** The set holds shared secrets (`kty: oct`), each with its `kid`, and no other keys are taken from it. */
      readonly allowSymmetric?: true
    }
  | ({ readonly kind: 'jwks_url'; readonly url: string } & RemoteKeySettings)
  /** Metadata from the issuer itself: OpenID Connect Discovery 1.0 §4, then RFC 8414 §3. */
  | ({
      readonly kind: 'discovery'
      readonly issuer: string
      /** Where the metadata is, when it is not below the issuer. */
      readonly metadataUrl?: string
    } & RemoteKeySettings)

/** The settings of one kind of key source. */
export type SettingsOf<K extends OneKeySource['kind']> = Extract<OneKeySource, { readonly kind: K }>

/** The keys of an issuer. */
export type KeySettings =
  | OneKeySource
  /** Several sources at a time, such as an old realm and its successor. All symmetric, or none of them. */
  | { readonly kind: 'several'; readonly sources: readonly OneKeySource[] }

/** What a key source depends on besides its own map. */
export interface KeySourceContext extends FillContext {
  /** The exact `iss`. */
  readonly issuer: string
  /** Unique in a configuration and safe in a file name: what the file of a snapshot is called. */
  readonly name: string
}

export function fillKeySource(keys: KeySourceConfig, context: KeySourceContext): OneKeySource {
  const { secret, pemFile, pem, jwks, jwksFile, jwksUrl, ...rest } = ONE_SOURCE.read(keys, context)
  const { kid, allowShortSecret, keyUse, allowSymmetric, metadataUrl } = rest
  const use = keyUse !== undefined && { keyUse }
  if (secret !== undefined) {
    const decoded = decodeSecret(secret, rest.encoding ?? 'utf8')
    // The cross-checks decoded it before; an empty secret would be refused by everything that follows.
    const bytes = decoded.ok ? decoded.value : new Uint8Array()
    return { kind: 'secret', secret: bytes, ...(kid !== undefined && { kid }), allowShortSecret }
  }
  if (pemFile !== undefined) return { kind: 'pem_file', files: pemFile }
  if (pem !== undefined) return { kind: 'pem', texts: pem }
  if (jwks !== undefined) return { kind: 'jwks', text: jwks, ...use }
  if (jwksFile !== undefined)
    return { kind: 'jwks_file', file: jwksFile, ...use, ...(allowSymmetric && { allowSymmetric }) }
  const remote = { ...fillRemote(keys, context), ...use }
  if (jwksUrl !== undefined) return { kind: 'jwks_url', url: jwksUrl, ...remote }
  const metadata = metadataUrl !== undefined && { metadataUrl }
  return { kind: 'discovery', issuer: context.issuer, ...metadata, ...remote }
}

/** A bound that is not written makes room for `refresh`, and `refresh` keeps within bounds that are. */
function fillRemote(keys: KeySourceConfig, context: KeySourceContext): RemoteKeySettings {
  const { min_refresh: least, max_refresh: most } = keys
  const refresh =
    keys.refresh ??
    Math.min(Math.max(USUAL_REMOTE_KEYS.refreshMs, least ?? 0), most ?? Number.POSITIVE_INFINITY)
  const bounds = {
    refresh,
    min_refresh: least ?? Math.min(USUAL_REMOTE_KEYS.minRefreshMs, refresh),
    max_refresh: most ?? Math.max(USUAL_REMOTE_KEYS.maxRefreshMs, refresh),
    // Nobody is on the way to a socket of this machine.
    allow_http: keys.allow_http ?? keys.unix !== undefined,
  }
  const { snapshotFile, ...fetch } = FETCH.read({ ...keys, ...bounds }, context)
  const { issuer, name, directory, stateDir = '.' } = context
  const place = snapshotFile ?? resolve(directory, `${stateDir}/${name}.keys.json`)
  const reach = REACH.read(keys, context)
  return {
    ...fetch,
    ...(fetch.startup === 'snapshot' && { snapshot: { issuer, file: place } }),
    // Without, such a source uses the ordinary fetch.
    ...(Object.keys(reach).length > 0 && { reach }),
  }
}

type Words = Value<typeof ONE_SOURCE>

/** A source by the words of {@link ONE_SOURCE}, which writes nothing else that stands beside them. */
function wordsOf(source: OneKeySource, { secrets }: WriteOptions): object {
  switch (source.kind) {
    case 'secret': {
      // As text where it is text, so that the file still shows the secret that other programs have.
      const isText = isUtf8(source.secret) || secrets === 'masked'
      const secret = Buffer.from(source.secret).toString(isText ? 'utf8' : 'base64')
      return { ...source, secret, ...(!isText && { encoding: 'base64' }) }
    }
    case 'pem_file':
      return { pemFile: source.files }
    case 'pem':
      return { pem: source.texts }
    case 'jwks':
      return { ...source, jwks: source.text }
    case 'jwks_file':
      return { ...source, jwksFile: source.file }
    case 'jwks_url':
      return { ...wordsOfRemote(source), jwksUrl: source.url }
    case 'discovery':
      return wordsOfRemote(source)
  }
}

/** A snapshot by its file: `state_dir` is only where the file is when none is named. */
const wordsOfRemote = ({ snapshot, reach, ...fetch }: RemoteKeySettings): object => ({
  ...fetch,
  ...(snapshot && { snapshotFile: snapshot.file }),
  ...reach,
})

/** One map or a list of them. They are filled in with their issuer: {@link fillKeySource}. */
export const KEY_MAPS: Kind<KeysConfig | readonly KeysConfig[], KeySettings | undefined, ''> = {
  schema: z.union([KEYS.schema, listOf(KEYS).schema]),
  type: 'map, or a list of them',
  unit: '',
  member: (key) => (/^\d+$/.test(key) ? KEYS : KEYS.member?.(key)),
  read: () => undefined,
  write(keys, options) {
    const sources = sourcesIn(keys).map((one) => ONE_SOURCE.write(wordsOf(one, options) as Words, options))
    const [first = {}] = sources as object[]
    if (sources.length > 1) return sources
    return Object.keys(first).length === 0 ? undefined : first
  },
  files: (keys) =>
    sourcesIn(keys).flatMap((one) =>
      one.kind === 'pem_file' ? one.files : one.kind === 'jwks_file' ? [one.file] : [],
    ),
}

const sourcesIn = (keys: KeySettings | undefined): readonly OneKeySource[] =>
  keys?.kind === 'several' ? keys.sources : keys === undefined ? [] : [keys]
