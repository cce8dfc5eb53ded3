/** One key source of an issuer: from the words of the file to settings, and back. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { MASK } from '../../printable.ts'
import { listOf } from '../kinds/collections.ts'
import { escape, type FillContext, type Kind, type Value, type WriteOptions } from '../kinds/kind.ts'
import { NO_CONTEXT } from '../kinds/section.ts'
import { url } from '../kinds/values.ts'
import { decodeSecret } from '../values/decode-secret.ts'
import {
  FETCH,
  KEYS,
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
  const { directory } = context
  const use = keys.key_use !== undefined && { keyUse: keys.key_use }
  if (keys.secret !== undefined) {
    const secret = decodeSecret(keys.secret, keys.encoding ?? 'utf8')
    return {
      kind: 'secret',
      // The cross-checks decoded it before; an empty secret would be refused by everything that follows.
      secret: secret.ok ? secret.value : new Uint8Array(),
      ...(keys.kid !== undefined && { kid: keys.kid }),
      allowShortSecret: keys.allow_short_secret ?? false,
    }
  }
  if (keys.pem_file !== undefined)
    return { kind: 'pem_file', files: keys.pem_file.map((path) => resolve(directory, path)) }
  if (keys.pem !== undefined) return { kind: 'pem', texts: keys.pem }
  if (keys.jwks !== undefined)
    return {
      kind: 'jwks',
      text: typeof keys.jwks === 'string' ? keys.jwks : JSON.stringify(keys.jwks),
      ...use,
    }
  if (keys.jwks_file !== undefined) {
    const symmetric = keys.allow_symmetric === true && { allowSymmetric: true as const }
    return { kind: 'jwks_file', file: resolve(directory, keys.jwks_file), ...use, ...symmetric }
  }
  const remote = { ...fillRemote(keys, context), ...use }
  if (keys.jwks_url !== undefined) return { kind: 'jwks_url', url: keys.jwks_url, ...remote }
  const metadata = keys.metadata_url !== undefined && { metadataUrl: keys.metadata_url }
  return { kind: 'discovery', issuer: context.issuer, ...metadata, ...remote }
}

/** A bound that is not written makes room for `refresh`, and `refresh` keeps within bounds that are. */
function fillRemote(keys: KeySourceConfig, context: KeySourceContext): RemoteKeySettings {
  const { min_refresh: least, max_refresh: most } = keys
  const usual = FETCH.read({}, context)
  const refresh =
    keys.refresh ?? Math.min(Math.max(usual.refreshMs, least ?? 0), most ?? Number.POSITIVE_INFINITY)
  const bounds = {
    refresh,
    min_refresh: least ?? Math.min(usual.minRefreshMs, refresh),
    max_refresh: most ?? Math.max(usual.maxRefreshMs, refresh),
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

function writeKeySource(source: OneKeySource, options: WriteOptions): Record<string, unknown> {
  const use = 'keyUse' in source && source.keyUse !== undefined && { key_use: source.keyUse }
  switch (source.kind) {
    case 'secret': {
      const { kid, allowShortSecret } = source
      const others = KEYS.write(
        { allowShortSecret, ...(kid !== undefined && { kid }) } as Value<typeof KEYS>,
        options,
      )
      return {
        ...(options.secrets === 'masked' ? { secret: MASK } : writeSecret(source.secret)),
        ...(others as object),
      }
    }
    case 'pem_file':
      return { pem_file: source.files.map(escape) }
    case 'pem':
      return { pem: source.texts.length === 1 ? escape(source.texts[0] ?? '') : source.texts.map(escape) }
    case 'jwks':
      return { jwks: escape(source.text), ...use }
    case 'jwks_file': {
      const { file: path, allowSymmetric } = source
      return { jwks_file: escape(path), ...use, ...(allowSymmetric && { allow_symmetric: true }) }
    }
    case 'jwks_url':
      return { jwks_url: url().write(source.url, options), ...writeRemote(source, options), ...use }
    case 'discovery': {
      const { metadataUrl } = source
      const metadata = metadataUrl !== undefined && { metadata_url: url().write(metadataUrl, options) }
      return { ...metadata, ...writeRemote(source, options), ...use }
    }
  }
}

/** A snapshot by its file: `state_dir` is only where the file is when none is named. */
const writeRemote = ({ snapshot, reach, ...fetch }: RemoteKeySettings, options: WriteOptions): object => ({
  ...(FETCH.write({ ...fetch, ...(snapshot && { snapshotFile: snapshot.file }) }, options) as object),
  ...(reach && (REACH.write(reach, options) as object)),
})

/** As text where it is text, so that the file still shows the secret that other programs have. */
function writeSecret(secret: Uint8Array): Record<string, unknown> {
  try {
    const decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(secret)
    return { secret: escape(decoded) }
  } catch {
    return { secret: Buffer.from(secret).toString('base64'), encoding: 'base64' }
  }
}

/** One map or a list of them. They are filled in with their issuer: {@link fillKeySource}. */
export const KEY_MAPS: Kind<KeysConfig | readonly KeysConfig[], KeySettings | undefined, ''> = {
  schema: z.union([KEYS.schema, listOf(KEYS).schema]),
  type: 'map, or a list of them',
  unit: '',
  member: (key) => (/^\d+$/.test(key) ? KEYS : KEYS.member?.(key)),
  read: () => undefined,
  write(keys, options) {
    const sources = sourcesIn(keys).map((one) => writeKeySource(one, options))
    const [first = {}] = sources
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
