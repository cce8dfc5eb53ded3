/** A key source that is one shared secret. */
import { WarderError } from '../../errors.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { importSecret } from '../import/import-secret.ts'
import { isPublicText } from '../import/public-text.ts'
import type { KeyDeps } from '../key-deps.ts'
import type { SettingsOf } from '../../settings/keys/key-source.ts'
import type { KeySource } from '../key-source.ts'
import { createStaticSource } from './static-source.ts'

/** @throws WarderError `ERR_KEYS_SECRET_PUBLIC` or `ERR_KEYS_SECRET_UNUSABLE`. */
export function createSecretSource(
  settings: SettingsOf<'secret'>,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  const { kid, allowShortSecret } = settings
  const key = importSecret(settings.secret, { kid, allowShortSecret, algorithms })
  if (key.ok) return createStaticSource('secret', { keys: [key.value], ignored: [] }, deps.nowMs)
  if (isPublicText(settings.secret)) {
    throw new WarderError('ERR_KEYS_SECRET_PUBLIC', key.error, {
      hints: [
        'For tokens that are signed with the private key write `pem` or `pem_file`, and `algorithms: [RS256]` or that of the key.',
        'A secret is known to the issuer and to Warder alone: `openssl rand -base64 64`.',
      ],
    })
  }
  throw new WarderError('ERR_KEYS_SECRET_UNUSABLE', key.error, {
    hints: ['Make a new secret with `openssl rand -base64 64`, and give it to the issuer too.'],
  })
}
