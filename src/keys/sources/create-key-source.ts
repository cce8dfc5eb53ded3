/** Settings of a key source, made into the source. */
import type { Algorithm } from '../../syntax/algorithms.ts'
import { createJwksFileSource, createJwksTextSource } from './jwks-source.ts'
import { createNetworkSource } from './network-source.ts'
import { createPemSource } from './pem-source.ts'
import { createSecretSource } from './secret-source.ts'
import type { KeyDeps } from '../key-deps.ts'
import type { OneKeySource } from '../../settings/keys/key-source.ts'
import type { KeySource } from '../key-source.ts'

/**
 * Creates one key source; those of an issuer are put together by `createCombinedSource`. A local one is loaded here; a
 * remote one starts its first load in the background, and an issuer that is down is not an error.
 *
 * @param algorithms The issuer's: no key verifies with any other.
 * @throws WarderError with an `ERR_KEYS_` code when a secret, a file or a URL cannot be used.
 */
export function createKeySource(
  settings: OneKeySource,
  algorithms: readonly Algorithm[],
  deps: KeyDeps,
): KeySource {
  switch (settings.kind) {
    case 'secret':
      return createSecretSource(settings, algorithms, deps)
    case 'pem_file':
    case 'pem':
      return createPemSource(settings, algorithms, deps)
    case 'jwks':
      return createJwksTextSource(settings, algorithms, deps)
    case 'jwks_file':
      return createJwksFileSource(settings, algorithms, deps)
    case 'jwks_url':
    case 'discovery':
      return createNetworkSource(settings, algorithms, deps)
  }
}
