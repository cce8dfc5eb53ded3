/** The fetch of one key source: the ordinary one, or one for its special way. */
import { WarderError } from '../../errors.ts'
import type { Fetch, KeyDeps } from '../key-deps.ts'
import { err } from '../../result.ts'
import type { FetchDocument } from './fetch-document.ts'
import type { ReachSettings } from '../../settings/keys/definition.ts'
import type { RemoteKeySettings } from '../../settings/keys/key-source.ts'
import { quote } from '../quote.ts'

/** Why a fetch was not even tried. Its message is for people and holds no secret. */
export class ReachError extends Error {
  override readonly name = 'ReachError'
}

/**
 * @param url Where the source was configured to fetch from; credentials go to its origin alone.
 * @throws WarderError `ERR_KEYS_REACH_UNSUPPORTED` if this process cannot do what the settings ask for: silently
 *   leaving out a certificate or an address check would be worse.
 */
export function fetchFor(
  settings: Pick<RemoteKeySettings, 'reach'>,
  url: string,
  deps: Pick<KeyDeps, 'fetch' | 'fetchVia'>,
): Fetch {
  if (settings.reach === undefined) return deps.fetch
  if (deps.fetchVia !== undefined) return deps.fetchVia(settings.reach, new URL(url).origin)
  throw new WarderError('ERR_KEYS_REACH_UNSUPPORTED', 'this process has no way to reach keys as configured', {
    hints: ['when embedding, hand in `fetchVia`, or run Warder on Bun'],
  })
}

/** Whether credentials may be sent to this URL: to the configured origin, and to hosts that the settings name. */
export function isForCredentials(url: string, reach: ReachSettings, origin: string): boolean {
  const target = new URL(url)
  if (target.origin === origin) return true
  // Credentials for https:// are never sent over http://.
  const isAsSafe = origin.startsWith(target.protocol)
  return isAsSafe && reach.sendCredentialsTo?.includes(target.host) === true
}

/** Explains a 401 or 403 of another host: why no credentials were sent, and what to write. */
export function explainRefusals(
  fetchDocument: FetchDocument,
  reach: ReachSettings | undefined,
  base: string,
): FetchDocument {
  const held = reach === undefined ? [] : credentialsIn(reach)
  if (reach === undefined || held.length === 0) return fetchDocument
  return async (url, signal, validators) => {
    const fetched = await fetchDocument(url, signal, validators)
    if (fetched.ok || !isRefusal(fetched.error.status)) return fetched
    if (isForCredentials(url, reach, new URL(base).origin)) return fetched
    const { host } = new URL(url)
    const why = `${fetched.error.why}; \`${held.join('`, `')}\` was not sent, because the metadata names another host: \`send_credentials_to: [${quote(host)}]\` sends it there too`
    return err({ ...fetched.error, why })
  }
}

const isRefusal = (status: number | undefined): boolean => status === 401 || status === 403

const credentialsIn = ({ headers, bearerFile, clientCertFile }: ReachSettings): readonly string[] => [
  ...(bearerFile === undefined ? [] : ['bearer_file']),
  ...(headers === undefined ? [] : ['headers']),
  ...(clientCertFile === undefined ? [] : ['client_cert_file']),
]
