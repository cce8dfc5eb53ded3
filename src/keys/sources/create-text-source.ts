/** Key sources whose keys are written into the configuration: PEM and JWK sets as text. They never change. */
import { WarderError } from '../../errors.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { createPemKeysSource, pemError } from './create-local-source.ts'
import { holdsSecret, SECRET_MEMBERS } from '../import/import-jwk.ts'
import { importJwks, readMembers } from '../import/import-jwks.ts'
import { importPem } from '../import/import-pem.ts'
import type { KeyDeps } from '../key-deps.ts'
import type { SettingsOf } from '../key-settings-of.ts'
import type { KeySource } from '../key-source.ts'
import { createStaticSource } from './static-source.ts'

/** @throws WarderError `ERR_KEYS_PRIVATE_KEY` or `ERR_KEYS_PEM_INVALID`. */
export function createPemTextSource(
  { texts }: SettingsOf<'pem'>,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  const keys = texts.flatMap((text) => {
    const imported = importPem(text, algorithms)
    if (!imported.ok) throw pemError('pem', imported.error)
    return imported.value
  })
  return createPemKeysSource('pem', keys, algorithms, deps)
}

/** @throws WarderError `ERR_KEYS_PRIVATE_KEY` or `ERR_KEYS_JWKS_INVALID`. */
export function createJwksTextSource(
  { text, keyUse }: SettingsOf<'jwks'>,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  const bytes = new TextEncoder().encode(text)
  // A published set may hold a bad key; whoever writes a private one into a configuration has to be told.
  if (holdsPrivateKey(bytes)) {
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

function holdsPrivateKey(bytes: Uint8Array): boolean {
  const members = readMembers(bytes)
  return members.ok && members.value.some((member) => holdsSecret(member))
}
