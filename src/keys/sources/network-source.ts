/** Key sources on the network: a JWK set URL, and discovery. */
import { WarderError } from '../../errors.ts'
import { ok, type Result } from '../../result.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { createBoundedFetch } from '../fetch/bounded-fetch.ts'
import { discoverJwksUri } from '../fetch/discovery.ts'
import { importJwks } from '../import/import-jwks.ts'
import { createJwksLoader, type JwksLoaderOptions } from '../fetch/jwks-loader.ts'
import type { KeyDeps } from '../key-deps.ts'
import type { SettingsOf, RemoteKeySettings } from '../../settings/keys/key-source.ts'
import type { KeySource } from '../key-source.ts'
import { createRemoteSource } from '../refresh/remote-source.ts'
import { explainRefusals, fetchFor } from '../fetch/reach.ts'
import { checkRemoteUrl, describeUrl } from '../fetch/remote-url.ts'
import { createSnapshotStore } from '../snapshot/snapshot-store.ts'

/** @throws WarderError `ERR_KEYS_URL_INVALID`. */
export function createJwksUrlSource(
  settings: SettingsOf<'jwks_url'>,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  const { url } = settings
  assertRemoteUrl('jwks_url', url, settings.allowHttp)
  const fetchDocument = createBoundedFetch(settings, { ...deps, fetch: fetchFor(settings, url, deps) })
  const findUrl = (): Result<string, never> => ok(url)
  return createSource({ settings, algorithms, fetchDocument, findUrl, place: `jwks_url ${url}` }, deps)
}

/** @throws WarderError `ERR_KEYS_URL_INVALID`. */
export function createDiscoverySource(
  settings: SettingsOf<'discovery'>,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  const { issuer, metadataUrl, allowHttp } = settings
  const base = metadataUrl ?? issuer
  assertRemoteUrl(metadataUrl === undefined ? 'issuer' : 'metadata_url', base, allowHttp)
  // RFC 8414 §2; the well-known path would end up inside the query.
  if (metadataUrl === undefined && /[?#]/.test(issuer))
    throw urlError('issuer', issuer, 'an issuer has no query and no fragment')
  const fetchDocument = createBoundedFetch(settings, { ...deps, fetch: fetchFor(settings, base, deps) })
  const findUrl: JwksLoaderOptions['findUrl'] = (fetching, signal) =>
    discoverJwksUri(settings, fetching, signal)
  const explained = explainRefusals(fetchDocument, settings.reach, base)
  return createSource(
    { settings, algorithms, fetchDocument: explained, findUrl, place: `discovery ${base}` },
    deps,
  )
}

/** Puts together what both kinds share: the loader, the snapshot, the source. */
function createSource(
  { settings, algorithms, place, fetchDocument, findUrl }: NetworkSourceParts,
  deps: KeyDeps,
): KeySource {
  const { pin, snapshot, keyUse } = settings
  const accepted = { algorithms, pin, keyUse }
  const load = createJwksLoader({ ...accepted, findUrl, fetchDocument }, deps.nowMs)
  const description = describeUrl(place)
  const store =
    snapshot === undefined
      ? undefined
      : createSnapshotStore(
          {
            ...settings,
            ...snapshot,
            place,
            source: description,
            parse: (jwks) => importJwks(jwks, accepted),
          },
          deps,
        )
  return createRemoteSource({ ...settings, description, load, store }, deps)
}

interface NetworkSourceParts extends Pick<JwksLoaderOptions, 'algorithms' | 'fetchDocument' | 'findUrl'> {
  readonly settings: RemoteKeySettings
  /** Kind and URL, whole: what a snapshot is bound to. */
  readonly place: string
}

function assertRemoteUrl(setting: string, url: string, allowHttp: boolean): void {
  const checked = checkRemoteUrl(url, allowHttp)
  if (!checked.ok) throw urlError(setting, url, checked.error)
}

/** The message leaves out a URL that may hold a password. */
const urlError = (setting: string, url: string, why: string): WarderError =>
  new WarderError(
    'ERR_KEYS_URL_INVALID',
    `${setting}${url.includes('@') ? '' : ` ${describeUrl(url)}`}: ${why}`,
    {
      hints: ['Use an https URL; `allow_http: true` is for loopback and tests only.'],
    },
  )
