/** The settings of one kind of key source. */
import type { KeySettings } from './key-settings.ts'

export type SettingsOf<Kind extends KeySettings['kind']> = Extract<KeySettings, { readonly kind: Kind }>
