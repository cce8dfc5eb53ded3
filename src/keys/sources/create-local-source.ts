/** Key sources whose keys are here: a secret, PEM files, a JWK set file. Loaded at once, or an error. */
import { WarderError } from '../../errors.ts'
import { err, ok, type Result } from '../../result.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { importJwks } from '../import/import-jwks.ts'
import { importPem, type PemRefusal } from '../import/import-pem.ts'
import { importSecretSet } from '../import/import-secret-set.ts'
import { createSecretNames, importSecret } from '../import/import-secret.ts'
import { createJwksFileSource, type JwksFileSource } from './jwks-file-source.ts'
import type { KeyDeps } from '../key-deps.ts'
import type { SettingsOf } from '../key-settings-of.ts'
import { MAX_KEYS_TRIED, type KeySource } from '../key-source.ts'
import { isPublicText } from '../import/public-text.ts'
import { createStaticSource } from './static-source.ts'
import type { VerificationKey } from '../verification-key.ts'

/** Largest key file in bytes; a set of 256 RSA-8192 keys is below it. */
const MAX_FILE_BYTES = 1_048_576

/** @throws WarderError `ERR_KEYS_SECRET_PUBLIC` or `ERR_KEYS_SECRET_UNUSABLE`. */
export function createSecretSource(
  settings: SettingsOf<'secret'>,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  const { kid, allowShortSecret } = settings
  const key = importSecret(settings.secret, { kid, allowShortSecret, algorithms })
  if (!key.ok && isPublicText(settings.secret)) {
    throw new WarderError('ERR_KEYS_SECRET_PUBLIC', key.error, {
      hints: [
        'For tokens that are signed with the private key write `pem` or `pem_file`, and `algorithms: [RS256]` or that of the key.',
        'A secret is known to the issuer and to Warder alone: `openssl rand -base64 64`.',
      ],
    })
  }
  if (!key.ok) {
    throw new WarderError('ERR_KEYS_SECRET_UNUSABLE', key.error, {
      hints: ['Make a new secret with `openssl rand -base64 64`, and give it to the issuer too.'],
    })
  }
  return createStaticSource('secret', { keys: [key.value], ignored: [] }, deps.nowMs)
}

/** @throws WarderError `ERR_KEYS_FILE_UNREADABLE`, `ERR_KEYS_PRIVATE_KEY` or `ERR_KEYS_PEM_INVALID`. */
export function createPemSource(
  settings: SettingsOf<'pem_file'>,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  const keys = settings.files.flatMap((file) => readPemFile(file, algorithms, deps))
  return createPemKeysSource(`pem_file ${settings.files.join(', ')}`, keys, algorithms, deps)
}

/**
 * The source of keys that were PEM.
 *
 * @throws WarderError `ERR_KEYS_PEM_INVALID` where there are too many.
 */
export function createPemKeysSource(
  description: string,
  imported: readonly VerificationKey[],
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  // By thumbprint: a key that is in two files is one key.
  const keys = [...new Map(imported.map((key) => [key.thumbprint, key])).values()]
  const isCrowded = (name: Algorithm): boolean =>
    keys.filter((key) => key.verifiers.has(name)).length > MAX_KEYS_TRIED
  const crowded = algorithms.find(isCrowded)
  if (crowded !== undefined) {
    throw new WarderError('ERR_KEYS_PEM_INVALID', `more than ${MAX_KEYS_TRIED} PEM keys fit ${crowded}`, {
      hints: ['PEM keys have no `kid` to choose by: for so many, use a JWK set.'],
    })
  }
  return createStaticSource(description, { keys, ignored: [] }, deps.nowMs)
}

/** @throws WarderError `ERR_KEYS_FILE_UNREADABLE` or `ERR_KEYS_JWKS_INVALID`. */
export function createCheckedJwksFileSource(
  settings: SettingsOf<'jwks_file'>,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): JwksFileSource {
  const { file } = settings
  const first = readKeyFile(file, deps)
  if (!first.ok) throw unreadable(file, first.error)
  const nameOf = createSecretNames()
  const options = {
    description: `jwks_file ${file}`,
    read: () => readKeyFile(file, deps),
    parse: (bytes: Uint8Array) =>
      settings.allowSymmetric === true
        ? importSecretSet(bytes, algorithms, nameOf)
        : importJwks(bytes, { algorithms, keyUse: settings.keyUse }),
  }
  const source = createJwksFileSource(options, deps)
  const { state, lastError = '' } = source.status()
  if (state === 'fresh') return source
  source.close()
  throw new WarderError('ERR_KEYS_JWKS_INVALID', `${file} is not a usable JWK set: ${lastError}`, {
    hints: [
      settings.allowSymmetric === true
        ? 'Expected is `{"keys":[{"kty":"oct","kid":…,"k":…}]}`, each key as long as the digest of its algorithm.'
        : 'Expected is `{"keys":[…]}` with public keys that fit the `algorithms` of the issuer.',
      ...(settings.allowSymmetric !== true && lastError.includes('symmetric')
        ? [
            'For shared secrets in this file write `allow_symmetric: true` beside `jwks_file`, and `algorithms: [HS256]`.',
          ]
        : []),
    ],
  })
}

function readPemFile(
  file: string,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): readonly VerificationKey[] {
  const bytes = readKeyFile(file, deps)
  if (!bytes.ok) throw unreadable(file, bytes.error)
  // PEM is ASCII; the commentary around it may be anything.
  const imported = importPem(Buffer.from(bytes.value).toString('latin1'), algorithms)
  if (!imported.ok) throw pemError(file, imported.error)
  return imported.value
}

/** Reads a file within the size cap. The error is the system's code, never content. */
function readKeyFile(file: string, deps: KeyDeps): Result<Uint8Array, string> {
  try {
    const bytes = deps.readFileSync(file)
    return bytes.length > MAX_FILE_BYTES ? err(`it is larger than ${MAX_FILE_BYTES} bytes`) : ok(bytes)
  } catch (error) {
    const code = (error as { readonly code?: unknown } | null)?.code
    return err(`it cannot be read (${typeof code === 'string' ? code : 'unknown error'})`)
  }
}

const unreadable = (file: string, why: string): WarderError =>
  new WarderError('ERR_KEYS_FILE_UNREADABLE', `${file}: ${why}`, {
    hints: ['Check the path, and that the user that runs Warder may read it.'],
  })

/** @param place The file, or `pem` for a text in the configuration. */
export function pemError(place: string, { kind, why }: PemRefusal): WarderError {
  if (kind === 'private_key') {
    const file = place === 'pem' ? 'private.pem' : place
    return new WarderError('ERR_KEYS_PRIVATE_KEY', `${place}: ${why}`, {
      hints: [
        `Extract the public key: openssl pkey -in '${file}' -pubout -out public.pem`,
        'Keep the private key with the issuer, out of reach of this machine.',
      ],
    })
  }
  return new WarderError('ERR_KEYS_PEM_INVALID', `${place}: ${why}`, {
    hints: ['Expected are `-----BEGIN PUBLIC KEY-----` or `-----BEGIN CERTIFICATE-----` blocks.'],
  })
}
