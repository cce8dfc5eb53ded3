/** Key sources of PEM, in files or in the configuration itself. Read once, and an error if anything is wrong. */
import { WarderError } from '../../errors.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { importPem, type PemRefusal } from '../import/import-pem.ts'
import type { KeyDeps } from '../key-deps.ts'
import type { SettingsOf } from '../../settings/keys/key-source.ts'
import { MAX_KEYS_TRIED, type KeySource } from '../key-source.ts'
import type { VerificationKey } from '../verification-key.ts'
import { readKeyFile, unreadable } from './read-key-file.ts'
import { createStaticSource } from './static-source.ts'

/** @throws WarderError `ERR_KEYS_FILE_UNREADABLE`, `ERR_KEYS_PRIVATE_KEY` or `ERR_KEYS_PEM_INVALID`. */
export function createPemSource(
  settings: SettingsOf<'pem_file'> | SettingsOf<'pem'>,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  const imported =
    settings.kind === 'pem'
      ? settings.texts.flatMap((text) => readPem('pem', text, algorithms))
      : settings.files.flatMap((file) => readPem(file, readPemFile(file, deps), algorithms))
  // By thumbprint: a key that is in two files is one key.
  const keys = [...new Map(imported.map((key) => [key.thumbprint, key])).values()]
  const areTooMany = (name: Algorithm): boolean =>
    keys.filter((key) => key.verifiers.has(name)).length > MAX_KEYS_TRIED
  const overfull = algorithms.find(areTooMany)
  if (overfull !== undefined) {
    throw new WarderError('ERR_KEYS_PEM_INVALID', `more than ${MAX_KEYS_TRIED} PEM keys fit ${overfull}`, {
      hints: ['PEM keys have no `kid` to choose by: for so many, use a JWK set.'],
    })
  }
  const description = settings.kind === 'pem' ? 'pem' : `pem_file ${settings.files.join(', ')}`
  return createStaticSource(description, { keys, ignored: [] }, deps.nowMs)
}

/** PEM is ASCII; the commentary around it may be anything. */
function readPemFile(file: string, deps: KeyDeps): string {
  const bytes = readKeyFile(file, deps)
  if (!bytes.ok) throw unreadable(file, bytes.error)
  return Buffer.from(bytes.value).toString('latin1')
}

/** @param place The file, or `pem` for a text in the configuration. */
function readPem(place: string, text: string, algorithms: readonly Algorithm[]): readonly VerificationKey[] {
  const imported = importPem(text, algorithms)
  if (!imported.ok) throw pemError(place, imported.error)
  return imported.value
}

function pemError(place: string, { kind, why }: PemRefusal): WarderError {
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
