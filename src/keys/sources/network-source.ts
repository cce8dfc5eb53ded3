/** Key sources on the network: a JWK set URL, and discovery. */
import { WarderError } from '../../errors.ts'
import { ok, type Result } from '../../result.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { createBoundedFetch } from '../fetch/bounded-fetch.ts'
import { discoverJwksUri } from '../fetch/discovery.ts'
import { importJwks } from '../import/import-jwks.ts'
import { createJwksLoader, type JwksLoaderOptions } from '../fetch/jwks-loader.ts'
import type { KeyDeps } from '../key-deps.ts'
import type { KeySet } from '../key-set.ts'
import type { SettingsOf } from '../../settings/keys/key-source.ts'
import type { KeySource } from '../key-source.ts'
import { createRemoteSource } from '../refresh/remote-source.ts'
import { explainRefusals, fetchFor } from '../fetch/reach.ts'
import { checkRemoteUrl, describeUrl } from '../fetch/remote-url.ts'
import { createSnapshotStore } from '../snapshot/snapshot-store.ts'

/** @throws WarderError `ERR_KEYS_URL_INVALID`. */
export function createNetworkSource(
  settings: SettingsOf<'jwks_url'> | SettingsOf<'discovery'>,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  const url = configuredUrl(settings)
  const { pin, snapshot, keyUse } = settings
  const accepted = { algorithms, pin, keyUse }
  const fetchDocument = createBoundedFetch(settings, { ...deps, fetch: fetchFor(settings, url, deps) })
  const findUrl: JwksLoaderOptions['findUrl'] =
    settings.kind === 'jwks_url'
      ? () => ok(url)
      : (fetching, signal) => discoverJwksUri(settings, fetching, signal)
  const explained = explainRefusals(fetchDocument, settings.reach, url)
  const load = createJwksLoader({ ...accepted, findUrl, fetchDocument: explained }, deps.nowMs)
  // Whole: a snapshot is bound to it.
  const place = `${settings.kind} ${url}`
  const description = describeUrl(place)
  const parse = (jwks: Uint8Array): Result<KeySet, string> => importJwks(jwks, accepted)
  const store =
    snapshot && createSnapshotStore({ ...settings, ...snapshot, place, source: description, parse }, deps)
  return createRemoteSource({ ...settings, description, load, store }, deps)
}

/** The URL that is fetched first. Only its origin gets credentials. */
function configuredUrl(settings: SettingsOf<'jwks_url'> | SettingsOf<'discovery'>): string {
  const { allowHttp } = settings
  if (settings.kind === 'jwks_url') return assertRemoteUrl('jwks_url', settings.url, allowHttp)
  const { issuer, metadataUrl } = settings
  if (metadataUrl !== undefined) return assertRemoteUrl('metadata_url', metadataUrl, allowHttp)
  // RFC 8414 §2; the well-known path would end up inside the query.
  if (/[?#]/.test(assertRemoteUrl('issuer', issuer, allowHttp)))
    throw urlError('issuer', issuer, 'an issuer has no query and no fragment')
  return issuer
}

function assertRemoteUrl(setting: string, url: string, allowHttp: boolean): string {
  const checked = checkRemoteUrl(url, allowHttp)
  if (!checked.ok) throw urlError(setting, url, checked.error)
  return url
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
