/** Why an issuer may not have the key of a token: it had it once, or it cannot be reached. */
import { partsOf, type KeySourceStatus } from '../../../keys/key-source.ts'
import type { Trial } from '../../trial.ts'
import type { LikelyCause } from './likely-cause.ts'

/** A rotation: the key with this `kid` has left the set. */
export function removedKey(trial: Trial): LikelyCause | undefined {
  const kid = trial.jws?.header.kid
  if (kid === undefined) return undefined
  const gone = statusesOf(trial)
    .flatMap(({ history }) => history)
    .find((key) => key.kid === kid && !key.isInForce)
  if (gone === undefined) return undefined
  return {
    name: 'key_removed',
    why: `the issuer had a key with this \`kid\` and has removed it, last seen ${time(gone.lastSeenMs)}: the token was signed before`,
    fix: 'have the client get a new token; let the issuer publish an old key until its last token has expired',
  }
}

/** An outage: whatever was published since is not known. */
export function staleKeys(trial: Trial): LikelyCause | undefined {
  const stale = statusesOf(trial).find(({ state, lastError }) => state === 'stale' && lastError !== undefined)
  const issuer = trial.issuer?.settings.name
  if (stale === undefined || issuer === undefined) return undefined
  const { loadedAtMs, lastError } = stale
  const since = loadedAtMs === undefined ? '' : ` since ${time(loadedAtMs)}`
  return {
    name: 'keys_stale',
    why: `the keys of the issuer could not be refreshed${since}, and the token may be signed with a newer one: ${lastError}`,
    fix: `bring the issuer back; \`warder keys refresh ${issuer}\` tries at once`,
  }
}

const statusesOf = ({ issuer }: Trial): readonly KeySourceStatus[] =>
  issuer === undefined ? [] : partsOf(issuer.keys).map((part) => part.status())

/** RFC 3339, to the second. */
const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
