/** Key sources of a local JWK set: a file, which is read again when it changes, or a text in the configuration. */
import { createHash } from 'node:crypto'
import { WarderError } from '../../errors.ts'
import { err, type Result } from '../../result.ts'
import { isJsonObject, type JsonObject } from '../../strict-json.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { holdsSecret, SECRET_MEMBERS } from '../import/import-jwk.ts'
import { importJwks, readMembers } from '../import/import-jwks.ts'
import { importSecretSet } from '../import/import-secret-set.ts'
import { createSecretNames } from '../import/import-secret.ts'
import type { KeyDeps } from '../key-deps.ts'
import type { SettingsOf } from '../../settings/keys/key-source.ts'
import type { KeySet } from '../key-set.ts'
import type { KeySource } from '../key-source.ts'
import { createLiveKeys } from '../refresh/live-keys.ts'
import { readKeyFile, unreadable } from './read-key-file.ts'
import { createLocalSource, createStaticSource } from './static-source.ts'

/** @throws WarderError `ERR_KEYS_FILE_UNREADABLE` or `ERR_KEYS_JWKS_INVALID`. */
export function createJwksFileSource(
  settings: SettingsOf<'jwks_file'>,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  const { file } = settings
  const first = readKeyFile(file, deps)
  if (!first.ok) throw unreadable(file, first.error)
  const nameOf = createSecretNames()
  const parse = (bytes: Uint8Array): Result<KeySet, string> =>
    settings.allowSymmetric === true
      ? importSecretSet(bytes, algorithms, nameOf)
      : importJwks(bytes, { algorithms, keyUse: settings.keyUse })
  const source = createPolledSource(`jwks_file ${file}`, () => readKeyFile(file, deps), parse, deps)
  const { state, lastError = '' } = source.status()
  if (state === 'fresh') return source
  source.close()
  throw new WarderError('ERR_KEYS_JWKS_INVALID', `${file} is not a usable JWK set: ${lastError}`, {
    hints: [
      settings.allowSymmetric === true
        ? 'Expected is `{"keys":[{"kty":"oct","kid":…,"k":…}]}`, each key as long as the digest of its algorithm.'
        : 'Expected is `{"keys":[…]}` with public keys that fit the `algorithms` of the issuer.',
      ...(settings.allowSymmetric !== true && holdsMember(first.value, ({ kty }) => kty === 'oct')
        ? [
            'For shared secrets in this file add `allow_symmetric: true` to `jwks_file`, and `algorithms: [HS256]`.',
          ]
        : []),
    ],
  })
}

/** @throws WarderError `ERR_KEYS_PRIVATE_KEY` or `ERR_KEYS_JWKS_INVALID`. */
export function createJwksTextSource(
  { text, keyUse }: SettingsOf<'jwks'>,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  const bytes = new TextEncoder().encode(text)
  // A published set may hold a bad key; a private one in a configuration is a mistake of the operator.
  if (holdsMember(bytes, holdsSecret)) {
    throw new WarderError('ERR_KEYS_PRIVATE_KEY', 'jwks: it holds a private or symmetric key', {
      hints: [
        `Leave out the members ${SECRET_MEMBERS.join(', ')} of its keys.`,
        'Keep private keys with the issuer, out of reach of this machine.',
      ],
    })
  }
  const imported = importJwks(bytes, { algorithms, keyUse })
  if (imported.ok) return createStaticSource('jwks', imported.value, deps.nowMs)
  throw new WarderError('ERR_KEYS_JWKS_INVALID', `jwks is not a usable JWK set: ${imported.error}`, {
    hints: ['Expected is `{"keys":[…]}` with public keys that fit the `algorithms` of the issuer.'],
  })
}

function holdsMember(bytes: Uint8Array, isMeant: (jwk: JsonObject) => boolean): boolean {
  const members = readMembers(bytes)
  return members.ok && members.value.some((member) => isJsonObject(member) && isMeant(member))
}

/** How often the file is read. Unlike watching, reading works through symlink swaps, mounts and NFS. */
const POLL_MS = 2_000

/**
 * Creates the source and loads the file. A later problem with it (missing, half written, no usable key) is
 * shown in the status, and the last good keys stay. The caller decides whether a bad first load is an error: the source
 * is then `empty`, and becomes usable as soon as the file is.
 */
function createPolledSource(
  description: string,
  read: () => Result<Uint8Array, string>,
  parse: (bytes: Uint8Array) => Result<KeySet, string>,
  deps: Pick<KeyDeps, 'nowMs' | 'setTimer' | 'onEvent'>,
): KeySource {
  const live = createLiveKeys(description, deps)
  let lastSeen: string | undefined
  let cancelTimer = (): void => undefined

  const poll = (): void => {
    const bytes = read()
    const seen = bytes.ok ? digest(bytes.value) : `unreadable: ${bytes.error}`
    if (seen === lastSeen) return
    lastSeen = seen
    live.accept(bytes.ok ? parse(bytes.value) : err(bytes.error))
  }
  const pollForever = (): void => {
    poll()
    cancelTimer = deps.setTimer(pollForever, POLL_MS)
  }
  pollForever()
  return createLocalSource(live, POLL_MS / 1_000, () => cancelTimer())
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64')
