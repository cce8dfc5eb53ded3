/** Key sources that ask the network: a JWK set URL, and discovery. */
import { WarderError } from '../errors.ts'
import { err } from '../result.ts'
import type { Result } from '../result.ts'
import type { Algorithm } from './algorithms.ts'
import { createBoundedFetch } from './bounded-fetch.ts'
import type { FetchDocument } from './fetch-document.ts'
import { discoverJwksUri } from './discovery.ts'
import { importJwks } from './import-jwks.ts'
import type { KeyDeps } from './key-deps.ts'
import type { KeySet } from './key-set.ts'
import type { SettingsOf } from './key-settings-of.ts'
import type { KeySource } from './key-source.ts'
import { createRemoteSource } from './remote-source.ts'
import type { LoadKeys } from './remote-source.ts'
import { checkRemoteUrl, describeUrl } from './remote-url.ts'

/** @throws WarderError `ERR_KEYS_URL_INVALID`. */
export function createJwksUrlSource(
  settings: SettingsOf<'jwks_url'>,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  const { url } = settings
  assertRemoteUrl('jwks_url', url, settings.allowHttp)
  const fetchDocument = createBoundedFetch(settings, deps)
  const load: LoadKeys = (signal) => loadJwks(url, algorithms, fetchDocument, signal)
  return createRemoteSource({ ...settings, description: `jwks_url ${describeUrl(url)}`, load }, deps)
}

/** @throws WarderError `ERR_KEYS_URL_INVALID`. */
export function createDiscoverySource(
  settings: SettingsOf<'discovery'>,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  const { issuer, allowHttp } = settings
  assertRemoteUrl('issuer', issuer, allowHttp)
  // RFC 8414 §2; the well-known path would end up inside the query.
  if (/[?#]/.test(issuer)) throw urlError('issuer', issuer, 'an issuer has no query and no fragment')
  const fetchDocument = createBoundedFetch(settings, deps)
  const load: LoadKeys = async (signal) => {
    // Asked each time: an issuer may move its key set, and the answer is one small document.
    const jwksUri = await discoverJwksUri(issuer, allowHttp, fetchDocument, signal)
    return jwksUri.ok ? loadJwks(jwksUri.value, algorithms, fetchDocument, signal) : jwksUri
  }
  return createRemoteSource({ ...settings, description: `discovery ${issuer}`, load }, deps)
}

async function loadJwks(
  url: string,
  algorithms: readonly Algorithm[],
  fetchDocument: FetchDocument,
  signal: AbortSignal,
): Promise<Result<KeySet, string>> {
  const fetched = await fetchDocument(url, signal)
  const loaded =
    fetched.ok && fetched.value.status === 200
      ? importJwks(fetched.value.bytes, algorithms)
      : err(fetched.ok ? 'unasked 304' : fetched.error.why)
  return loaded.ok ? loaded : err(`${describeUrl(url)}: ${loaded.error}`)
}

function assertRemoteUrl(setting: string, url: string, allowHttp: boolean): void {
  const checked = checkRemoteUrl(url, allowHttp)
  if (!checked.ok) throw urlError(setting, url, checked.error)
}

/** The URL is not in the message when it may hold a password. */
const urlError = (setting: string, url: string, why: string): WarderError =>
  new WarderError(
    'ERR_KEYS_URL_INVALID',
    `${setting}${url.includes('@') ? '' : ` ${describeUrl(url)}`}: ${why}`,
    {
      hints: ['Use an https URL; `allow_http: true` is for loopback and tests only.'],
    },
  )
