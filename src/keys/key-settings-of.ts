/** The settings of one kind of key source. */
import type { OneKeySource } from '../settings/keys/definition.ts'

export type SettingsOf<Kind extends OneKeySource['kind']> = Extract<OneKeySource, { readonly kind: Kind }>
