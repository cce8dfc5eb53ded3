/** Key sources of an issuer, whether it has one or several. */
import type { KeySettings, OneKeySource } from '../settings/keys/key-source.ts'

/** The sources of an issuer, one by one. */
export const sourcesOf = (keys: KeySettings): readonly OneKeySource[] =>
  keys.kind === 'several' ? keys.sources : [keys]
