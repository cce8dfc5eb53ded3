/** The key of hashed identities in the log. */
import { randomBytes } from 'node:crypto'
import type { Settings } from '../settings/definition.ts'

let random: string | undefined

/**
 * The key of the settings; without one, a random key of this process, which it keeps over reloads and hands to its
 * workers, so that a person has the same hash in all lines until the next start.
 */
export const identityKeyOf = ({ identityKey }: Settings['log']): string =>
  identityKey ?? (random ??= randomBytes(32).toString('hex'))
