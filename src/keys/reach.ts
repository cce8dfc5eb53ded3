/** The fetch of one key source: the ordinary one, or one that knows the way. */
import { WarderError } from '../errors.ts'
import type { Fetch, KeyDeps } from './key-deps.ts'
import type { RemoteKeySettings } from './key-settings.ts'

/** Why a fetch was not even tried. Its message is for people and holds no secret. */
export class ReachError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ReachError'
  }
}

/**
 * @param url Where the source was configured to fetch from; credentials go to its origin alone.
 * @throws WarderError `ERR_KEYS_REACH_UNSUPPORTED` where the settings ask for what this process cannot do: leaving
 *   out a certificate or an address check in silence would be worse.
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
